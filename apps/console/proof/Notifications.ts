/** Checks the notifications by type, the cause and the receivers of a value, and the personal data of a customer. */
import { readFileSync } from "node:fs"
import type { Browser } from "playwright-core"
import { open } from "./Browser.ts"
import type { Shown } from "./Data.ts"
import { check, expect, until } from "./Report.ts"
import type { Sluice } from "./Sluice.ts"

const url = "https://notified.example/hooks"

export const notifications = async (browser: Browser, sluice: Sluice, shown: Shown): Promise<void> => {
  const opened = await open(browser, sluice.base)
  const { page } = opened
  const dialog = page.getByRole("dialog")
  const get = (path: string) => sluice.request("GET", path)

  const endpointAt = async () =>
    (await get("/v1/webhook-endpoints?limit=200")).items.find((one: { readonly url: string }) => one.url === url)

  await check("destination URLs are entered for webhook types, the error webhook among them", async () => {
    await page.goto("/notifications")
    const row = (type: string) => page.getByRole("listitem", { name: type, exact: true })
    for (const type of ["error", "order.failed"]) {
      await page.getByRole("button", { name: `Add a destination for ${type}`, exact: true }).click()
      await dialog.getByLabel("Destination URL").fill(url)
      await dialog.getByRole("button", { name: "Add the destination" }).click()
      if (type === "error") await page.getByRole("button", { name: "I have saved it" }).click()
      await row(type).getByRole("link", { name: url }).waitFor()
    }
    expect(
      (await endpointAt()).types.join() === "error,order.failed",
      `stored is ${JSON.stringify(await endpointAt())}`
    )
    for (
      const [type, action] of [["error", "Remove the destination"], ["order.failed", "Delete the endpoint"]] as const
    ) {
      await page.getByRole("button", { name: `Remove ${url} from ${type}`, exact: true }).click()
      await dialog.getByRole("button", { name: action }).click()
      // Behind an open dialog nothing has a role.
      await dialog.waitFor({ state: "hidden" })
      await row(type).getByRole("link", { name: url }).waitFor({ state: "detached" })
    }
    expect(await endpointAt() === undefined, "the endpoint is still there")
  })

  await check("the request of a delivery and its answer stand side by side", async () => {
    await page.goto(`/deliveries/${shown.delivery}`)
    const left = await page.getByRole("region", { name: "Request", exact: true }).boundingBox()
    const right = await page.getByRole("region", { name: "Attempt 1" }).boundingBox()
    expect((left?.x ?? 0) + (left?.width ?? 0) <= (right?.x ?? 0) + 1, "the answer is not beside the request")
  })

  await check("one waterfall shows a run, its calls and the webhooks that followed, each under its cause", async () => {
    await page.goto(`/process-events/${shown.well}?tab=timeline`)
    const causes = page.getByRole("table", { name: "What happened, under its cause" })
    await causes.getByRole("link", { name: /^step provision succeeded/ }).waitFor()
    await causes.getByRole("link", { name: /200 succeeded/ }).waitFor()
    const order = (await get(`/v1/process-events/${shown.well}`)).orderId
    await page.goto(`/orders/${order}?tab=timeline`)
    await causes.getByRole("link", { name: /^order.submitted to endpoint proof/ }).click()
    await page.getByRole("heading", { name: "Delivery" }).waitFor()
  })

  await check("a click on a value of an order shows its chain and its audience", async () => {
    const { orderId } = await get(`/v1/process-events/${shown.well}`)
    await page.goto(`/orders/${orderId}`)
    await page.getByText("\"web-1001\"").first().click()
    const chain = dialog.getByRole("list", { name: "The chain back to its origin" })
    await dialog.getByRole("link", { name: "proof", exact: true }).waitFor()
    await chain.getByRole("link", { name: "order submitted" }).click()
    await page.waitForURL(/version=1/)
  })

  await check("an administrator exports and erases a customer", async () => {
    await sluice.request("POST", "/v1/orders", {
      orderType: "NEW_ORDER",
      customerId: "grace-of-the-proof",
      customerName: "Grace Hopper",
      customerEmail: "hopper@example.com"
    }, { prefer: "wait=60" })
    await page.goto("/customers/grace-of-the-proof")
    const download = page.waitForEvent("download")
    await page.getByRole("button", { name: "Export" }).click()
    const file = await (await download).path()
    expect(readFileSync(file, "utf8").includes("hopper@example.com"), "the export is not the customer's")
    await page.getByRole("button", { name: "Erase …" }).click()
    await dialog.getByLabel("The customer's id, to confirm").fill("grace-of-the-proof")
    await dialog.getByRole("textbox", { name: /^Reason/ }).fill("asked for")
    await dialog.getByRole("button", { name: "Erase the customer" }).click()
    await page.getByRole("heading", { name: "Erasure of a customer" }).waitFor()
    const id = page.url().split("/").at(-1)
    await until("the erasure ends", async () => (await get(`/v1/jobs/${id}`)).state === "completed")
    expect((await get("/v1/orders?email=hopper@example.com")).items.length === 0, "the address is still found")
  })
  expect(opened.faults.length === 0, opened.faults.join("\n"))
  await opened.close()
}
