/** The server goes away under an open page, and comes back: one banner meanwhile, and everything goes on by itself. */
import type { Browser } from "playwright-core"
import { examine, open } from "./Browser.ts"
import type { Shown } from "./Data.ts"
import { check, expect, until } from "./Report.ts"
import type { Sluice } from "./Sluice.ts"

export const outage = async (browser: Browser, sluice: Sluice, shown: Shown): Promise<void> => {
  await check("a server that goes away and comes back is told of by one banner, and every page goes on", async () => {
    const opened = await open(browser, sluice.base)
    const { page } = opened
    const fetched: Array<string> = []
    page.on("response", (response) => fetched.push(new URL(response.url()).pathname))
    await page.goto(`/process-events/${shown.failed}`)
    await page.getByText("Attempt 1").first().waitFor()
    await until("the pages' code is fetched", () => fetched.some((path) => path.includes("CodeEditor")))
    const banner = page.getByRole("alert")
    await sluice.restart(async () => {
      for (const [keys, heading] of [["gp", "Runs"], ["gr", "Partners"], ["gl", "Pipelines"]] as const) {
        await Promise.all([...keys].map((key) => page.keyboard.press(key)))
        await page.getByRole("heading", { name: heading, exact: true }).waitFor()
      }
      await banner.getByText("The server does not answer").waitFor()
      expect(await banner.count() === 1, `there are ${await banner.count()} alerts`)
      await page.getByText("Waiting for the server").or(page.getByText("Loading pipelines")).first().waitFor()
      expect(await page.getByText("has failed").count() === 0, "the page says that the console has failed")
      await examine(opened)
    })
    await banner.waitFor({ state: "detached" })
    await page.getByRole("link", { name: "failing" }).waitFor()
    await opened.close()
  })
}
