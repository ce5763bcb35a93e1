/**
 * The pages of an operator at night by keyboard alone: an approval that is given from the console, a connector's test,
 * held runs, and jobs. Each dialog is examined in both themes and at both widths.
 */
import type { Browser, Page } from "playwright-core"
import { examine, open, type Opened, type View } from "./Browser.ts"
import { type Shown, submitForApproval } from "./Data.ts"
import { pressing, tabTo } from "./Keyboard.ts"
import { check, expect, until } from "./Report.ts"
import type { Sluice } from "./Sluice.ts"

const views: ReadonlyArray<View> = (["light", "dark"] as const).flatMap((theme) =>
  [1440, 390].map((width) => ({ theme, width }))
)

/** Answers for the partner without a mouse. */
const answer = async (page: Page, reason: string, body: string): Promise<void> => {
  const dialog = page.getByRole("dialog", { name: /^Answer approve for the partner/ })
  await page.keyboard.press("a")
  await tabTo(page, dialog.getByRole("textbox", { name: /^Reason/ }), "the reason")
  await page.keyboard.type(reason)
  await tabTo(page, dialog.getByLabel(/^Body of the answer/), "the body")
  await page.keyboard.type(body)
}

const approved = async (browser: Browser, sluice: Sluice): Promise<void> => {
  const id = await submitForApproval(sluice)
  const opened = await open(browser, sluice.base)
  const { page } = opened
  await page.goto(`/process-events/${id}`)
  await page.getByText("waits for the callback of step approve until").first().waitFor()
  expect((await page.title()).startsWith("waiting · approval"), `the tab says ${await page.title()}`)
  await answer(page, "credit was checked by hand", `{"by":"mary"}`)
  await page.keyboard.press("Control+Enter")
  await page.getByRole("dialog").waitFor({ state: "hidden" })
  await page.locator(".badge", { hasText: "completed" }).first().waitFor()
  await examine(opened)
  const run = await sluice.request("GET", `/v1/process-events/${id}`)
  const [approve, book] = run.steps
  const [first, second] = approve.callouts
  expect(second?.callback === true && second.response.body.by === "mary", `the record is ${JSON.stringify(second)}`)
  expect(first?.request !== undefined && book.callouts.length === 1, "the run did not go on with the next step")
  await opened.close()
}

/** The dialog of an approval that is not given: closed with Escape, in every view. */
const examined = async (opened: Opened, shown: Shown): Promise<void> => {
  const { page } = opened
  await page.goto(`/process-events/${shown.approval}`)
  await page.getByRole("button", { name: "Answer for the partner …" }).waitFor()
  await answer(page, "not yet", "{")
  await page.getByText("The output is not JSON.").or(page.getByText("The body is not JSON.")).waitFor()
  await examine(opened)
  await page.keyboard.press("Escape")
  await page.getByRole("dialog").waitFor({ state: "hidden" })
}

/** The test of a connector, from the list by keys to its answer. */
const connectorTested = async (opened: Opened): Promise<void> => {
  const { page } = opened
  const press = pressing(page)
  await page.goto("/connectors/proof-connector")
  await tabTo(page, page.getByRole("button", { name: /^Test the connection/ }), "the test")
  await press("Enter")
  const dialog = page.getByRole("dialog", { name: "Test proof-connector" })
  await tabTo(page, dialog.getByRole("button", { name: "Send the request" }), "the button that sends")
  await press("Enter")
  await dialog.getByText("answered 200").first().waitFor()
  await examine(opened)
  await press("Escape")
  await dialog.waitFor({ state: "hidden" })
}

/** From the partner to its held runs, to one of them, and back to the partner. */
const heldFound = async (opened: Opened, shown: Shown): Promise<void> => {
  const { page } = opened
  const press = pressing(page)
  await page.goto("/partners")
  await page.locator("[data-index='0'] a.main-link").waitFor()
  await press("j")
  const partner = page.getByRole("link", { name: shown.heldFor })
  for (let rows = 0; rows < 30 && !await partner.evaluate((link) => link.matches(":focus")); rows++) {
    await press("j")
    await page.waitForFunction("document.activeElement.closest('[data-index]') !== null")
  }
  await press("Enter")
  const held = page.getByRole("region", { name: "Runs held for it" }).first()
  await tabTo(page, held.locator(`a[href$="${shown.held}"]`), "the held run")
  await press("Enter")
  await page.getByText("Held for").first().waitFor()
  await page.getByText("maintenance until 06:00").first().waitFor()
  await examine(opened)
  await page.goto(`/process-events?state=waiting&partner=${shown.heldFor}`)
  await page.locator("[data-index='0']").getByText("maintenance until 06:00").waitFor()
  expect(
    await page.locator("[data-index='1']").count() === 0,
    "the list filtered by one partner holds a run that waits for another"
  )
}

const jobRead = async (opened: Opened, shown: Shown): Promise<void> => {
  const { page } = opened
  const press = pressing(page)
  await page.goto("/jobs")
  await page.locator("[data-index='0'] a.main-link").waitFor()
  await press("j")
  await page.locator("[data-index='0'] a.main-link:focus").waitFor()
  await press("Enter")
  await page.getByRole("region", { name: "Acted on", exact: true }).waitFor()
  await page.getByRole("progressbar").waitFor()
  const run = (await page.getByRole("table").getByRole("link").first().getAttribute("href")) ?? ""
  expect(run.startsWith("/process-events/"), `job ${shown.job} leads to ${run}`)
  await tabTo(page, page.locator(`a[href="${run}"]`).first(), "the run that was retried")
  await press("Enter")
  await page.getByText("Its retry replaces it").waitFor()
}

export const approval = async (browser: Browser, sluice: Sluice, shown: Shown): Promise<void> => {
  await check(
    "keyboard alone: a run that waits for an approval is answered, and goes on",
    () => approved(browser, sluice)
  )
  for (const view of views) {
    const seen = `${view.theme}, ${view.width} px`
    const opened = await open(browser, sluice.base, view)
    await check(`${seen}, keyboard alone: the dialog of an approval`, () => examined(opened, shown))
    await check(`${seen}, keyboard alone: a connector is tested`, () => connectorTested(opened))
    await check(`${seen}, keyboard alone: a held run is found by its partner`, () => heldFound(opened, shown))
    await check(`${seen}, keyboard alone: a job is read, and leads to what it retried`, () => jobRead(opened, shown))
    await opened.close()
  }
  await until(
    "the other approval still waits",
    async () => (await sluice.request("GET", `/v1/process-events/${shown.approval}`)).state === "waiting"
  )
}
