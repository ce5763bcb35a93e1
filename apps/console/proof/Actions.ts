/** Checks every action of an operator: it is confirmed, takes a reason, and its effect is shown. */
import type { Browser, Page } from "playwright-core"
import { open } from "./Browser.ts"
import { type Shown, submit, submitHanging } from "./Data.ts"
import { check, expect, measure } from "./Report.ts"
import type { Sluice } from "./Sluice.ts"

const confirm = async (
  page: Page,
  button: string | RegExp,
  reason: string | undefined,
  action: string
): Promise<void> => {
  await page.getByRole("button", { name: button }).first().click()
  const dialog = page.getByRole("dialog")
  if (reason !== undefined) await dialog.getByRole("textbox", { name: /^Reason/ }).fill(reason)
  await dialog.getByRole("button", { name: action, exact: true }).click()
  await dialog.waitFor({ state: "hidden" })
}

export const actions = async (browser: Browser, sluice: Sluice, shown: Shown): Promise<void> => {
  const opened = await open(browser, sluice.base)
  const { page } = opened
  const get = (path: string) => sluice.request("GET", path)

  await check("a run is watched live, and cancelled for a reason", async () => {
    const id = await submitHanging(sluice)
    await page.goto(`/process-events/${id}`)
    await page.getByText("live", { exact: true }).waitFor()
    await confirm(page, "Cancel …", "the customer rang", "Cancel the run")
    await page.getByText("Why it is cancelled").waitFor()
    expect((await get(`/v1/process-events/${id}`)).reason === "the customer rang", "the reason was not kept")
  })

  await measure("what goes on elsewhere is seen", "within 2000 ms", async () => {
    const id = await submitHanging(sluice)
    await page.goto(`/process-events/${id}`)
    await page.getByText("live", { exact: true }).waitFor()
    await sluice.request("POST", `/v1/process-events/${id}/cancel`, { reason: "from elsewhere" })
    const begun = performance.now()
    await page.getByText("from elsewhere").first().waitFor()
    const ms = performance.now() - begun
    return { said: `${ms.toFixed(0)} ms after it was done`, met: ms <= 2000 }
  })

  await check("a step is settled by hand, and the run retried from there", async () => {
    const id = await submit(sluice, { orderType: "REFUND" })
    await page.goto(`/process-events/${id}`)
    await confirm(page, "Settle by hand …", "done by telephone", "Settle the step")
    await page.getByRole("button", { name: "Settle by hand …" }).waitFor({ state: "hidden" })
    await confirm(page, "Retry …", "go on", "Retry")
    await page.getByText("A retry").first().waitFor()
    await page.getByText("completed").first().waitFor()
  })

  await check("a run is retried from a chosen step", async () => {
    await page.goto(`/process-events/${await submit(sluice, { orderType: "REFUND" })}`)
    await page.getByRole("option").first().click()
    // The button is there before, for the step that was chosen until now.
    await page.getByRole("region", { name: "Step first" }).waitFor()
    await confirm(page, "Retry from here …", "from the top", "Retry")
    await page.getByText("at first").waitFor()
  })

  await check("many runs are retried by filter, and the job is watched to its end", async () => {
    await page.goto("/process-events?state=failed&pipeline=failing")
    await confirm(page, "Act on many …", "the partner is back", "Retry them")
    await page.getByRole("progressbar").waitFor()
    await page.getByText("completed", { exact: true }).waitFor()
    const job = await get(`/v1/jobs/${page.url().split("/").at(-1)}`)
    expect(job.reason === "the partner is back" && job.total > 0, `the job is ${JSON.stringify(job)}`)
  })

  await check("an order is processed again", async () => {
    await page.goto("/orders/order-of-the-patch")
    await confirm(page, "Reprocess …", undefined, "Run it")
    await page.getByText("completed").first().waitFor()
    expect((await get("/v1/process-events?orderId=order-of-the-patch")).items.length === 2, "there is no second run")
  })

  await check("a delivery is sent again", async () => {
    await page.goto(`/deliveries/${shown.delivery}`)
    await confirm(page, "Redeliver …", undefined, "Send it")
    await page.getByRole("heading", { name: "Attempt 2" }).waitFor()
  })

  await check("a refusal of the server is shown in place, and the dialog stays", async () => {
    const id = await submit(sluice, { orderType: "REFUND" })
    await page.goto(`/process-events/${id}`)
    await page.getByRole("button", { name: "Settle by hand …" }).click()
    await sluice.request("POST", `/v1/process-events/${id}/steps/billing/resolve`, { reason: "somebody was faster" })
    const dialog = page.getByRole("dialog")
    const settle = dialog.getByRole("button", { name: "Settle the step" })
    await dialog.getByRole("textbox", { name: /^Reason/ }).fill("me too")
    await dialog.getByLabel(/Output/).fill("{")
    await dialog.getByText("The output is not JSON.").waitFor()
    expect(await settle.isDisabled(), "JSON that is none was taken")
    await dialog.getByLabel(/Output/).fill("")
    await settle.click()
    await dialog.getByRole("alert").waitFor()
    await page.keyboard.press("Escape")
    await dialog.waitFor({ state: "hidden" })
  })

  await check("a copied curl asks what the page asks", async () => {
    await page.goto("/process-events?state=failed")
    await page.getByRole("button", { name: "Copy as curl" }).first().click()
    await page.getByRole("status").filter({ hasText: "copied" }).waitFor({ state: "attached" })
    const text = await page.evaluate("navigator.clipboard.readText()") as string
    expect(text.includes(`${sluice.base}/v1/process-events?state=failed`), text)
  })

  await check("orders are found by e-mail address, external id and id", async () => {
    for (const q of ["ada@example.com", "web-1001"]) {
      await page.goto(`/orders?q=${q}`)
      await page.getByText("web-1001").waitFor()
    }
    await page.goto("/orders?q=order-of-the-patch")
    await page.getByRole("link", { name: "order-of-the-patch" }).waitFor()
  })

  await check("failed runs are found by the partner that their failed step called", async () => {
    const { steps } = await get(`/v1/process-events/${shown.failed}`)
    const { endpoint } = steps.find(({ id }: { readonly id: string }) => id === "billing").callouts[0]
    await page.goto(`/process-events?partner=${new URL(endpoint).host}&pipeline=failing`)
    await page.getByRole("link", { name: "failing v1" }).or(page.getByText("failing v1")).first().waitFor()
  })

  await check("a value of an order is explained, down to the partner's answer", async () => {
    await page.goto("/orders/order-of-the-patch")
    await page.getByRole("button", { name: "Why status has this value" }).focus()
    await page.keyboard.press("Enter")
    const dialog = page.getByRole("dialog")
    await dialog.getByText("callout").first().waitFor()
    await dialog.getByText("order submitted").waitFor()
    await page.keyboard.press("Escape")
    await dialog.waitFor({ state: "hidden" })
  })

  await check("a search in JSON also finds text inside folded members", async () => {
    await page.goto(`/process-events/${shown.well}`)
    await page.getByRole("searchbox", { name: "Search the request body" }).fill("magazine")
    await page.locator(".json mark").first().waitFor()
  })
  expect(opened.faults.length === 0, opened.faults.join("\n"))
  await opened.close()
}
