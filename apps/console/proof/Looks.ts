/** Every page, in both themes and at both widths: no serious finding, nothing clipped, no fault. */
import type { Browser } from "playwright-core"
import { examine, open, settled } from "./Browser.ts"
import type { Shown } from "./Data.ts"
import { check } from "./Report.ts"
import { settingsPages } from "./Settings.ts"

export const pagesOf = (shown: Shown): ReadonlyArray<readonly [path: string, ready: string]> => [
  ["/", "What went wrong"],
  ["/?state=resolved", "No issue fits"],
  [`/issues/${shown.issue}`, "Newest runs"],
  ["/overview", "Failed steps by plugin"],
  ["/overview?window=24h", "the last 24 h"],
  ["/partners", "Held runs"],
  [`/partners/${shown.partner}`, "At once, at most"],
  [`/partners/${shown.heldFor}`, "Runs held for it"],
  ["/jobs", "Retry of runs"],
  ["/jobs?state=cancelled", "No job fits"],
  [`/jobs/${shown.job}`, "Acted on"],
  ["/orders", "NEW_ORDER"],
  ["/orders?q=nobody@example.com", "No order fits"],
  ["/orders/order-of-the-patch", "Runs over this order"],
  ["/orders/order-of-the-patch?tab=history", "OrderCreated"],
  ["/orders/order-of-the-patch?tab=timeline", "order submitted"],
  ["/process-events", "completed"],
  ["/process-events?errors=unsettled&after=-1h", "billing"],
  [`/process-events/${shown.failed}`, "Attempt 1"],
  [`/process-events/${shown.patched}?tab=order`, "Members that changed"],
  [`/process-events/${shown.well}?tab=timeline`, "step provision succeeded"],
  [`/process-events/${shown.well}?tab=webhooks`, "order.submitted"],
  [`/process-events/${shown.well}?tab=pipeline`, "It takes order type NEW_ORDER"],
  ["/process-events?state=waiting", "maintenance until 06:00"],
  [`/process-events/${shown.approval}`, "Answer for the partner"],
  [`/process-events/${shown.held}`, "Held for"],
  ["/process-events/process_event-00000000000000000000000000000000", "Check the id"],
  ["/deliveries", "order.submitted"],
  [`/deliveries/${shown.delivery}`, "Redeliver"],
  ["/notifications", "order.submitted"],
  ...settingsPages,
  ["/subscriptions", "Created by completed orders"],
  ["/customers", "Customers"],
  ["/customers/ada", "Erase …"],
  ["/api-keys", "No key is stored yet"],
  ["/audit", "pipeline.create"],
  [`/audit/${shown.change}`, "What was changed"],
  ["/nowhere", "There is no such page"]
]

/** Only these pages are looked at, where the environment says so. */
const chosen = new RegExp(process.env["PROOF_PAGES"] ?? "")

export const looks = async (browser: Browser, base: string, shown: Shown, shots: string | undefined): Promise<void> => {
  for (const theme of ["light", "dark"] as const) {
    for (const width of [1440, 390]) {
      const opened = await open(browser, base, { theme, width })
      for (const [path, ready] of pagesOf(shown).filter(([path]) => chosen.test(path))) {
        await check(`${theme}, ${width} px, ${path}`, async () => {
          opened.faults.length = 0
          await opened.page.goto(path)
          const byLabel = opened.page.getByLabel(ready).first()
          await opened.page.getByText(ready).or(byLabel).first().waitFor({ state: "attached" }).catch(async (error) => {
            throw new Error(`${error.message}\nthe page says: ${await opened.page.locator("body").innerText()}`)
          })
          await settled(opened)
          if (shots !== undefined) {
            const name = path.replaceAll(/[^a-z]+/g, "-").slice(0, 40)
            await opened.page.screenshot({ path: `${shots}/${name}-${theme}-${width}.png` })
          }
          return examine(opened)
        })
      }
      await opened.close()
    }
  }
}
