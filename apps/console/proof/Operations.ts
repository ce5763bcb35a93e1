/** Issues, partners and jobs, as an operator at night deals with them: found, acknowledged, retried, limited, paused. */
import type { Browser, Page } from "playwright-core"
import { examine, open } from "./Browser.ts"
import { type Shown, submit } from "./Data.ts"
import { check, expect, until } from "./Report.ts"
import type { Sluice } from "./Sluice.ts"

const confirm = async (page: Page, button: RegExp, reason: string, action: string): Promise<void> => {
  await page.getByRole("button", { name: button }).first().click()
  const dialog = page.getByRole("dialog")
  await dialog.getByRole("textbox", { name: /^Reason/ }).fill(reason)
  await dialog.getByRole("button", { name: action, exact: true }).click()
  await dialog.waitFor({ state: "hidden" })
}

export const operations = async (browser: Browser, sluice: Sluice, shown: Shown): Promise<void> => {
  const opened = await open(browser, sluice.base)
  const { page } = opened
  const get = (path: string) => sluice.request("GET", path)

  await check("the cause of a failure is two clicks from the first page", async () => {
    await page.goto("/")
    await page.getByRole("row", { name: /failing/ }).getByRole("link").first().click()
    await page.getByRole("region", { name: "What went wrong" }).getByText("callout plugin failed").waitFor()
    await page.getByRole("region", { name: "Newest runs" }).getByRole("link", { name: /^…/ }).first().click()
    await page.getByText("out of order").first().waitFor()
    expect((await page.title()).startsWith("failed · failing"), `the tab says ${await page.title()}`)
  })

  await check("the overview has windows, and its links keep the one that is chosen", async () => {
    await page.goto("/overview")
    await page.getByRole("navigation", { name: "Window" }).getByRole("link", { name: "24 h" }).click()
    await page.waitForURL("**/overview?window=24h")
    await page.getByText("the last 24 h").first().waitFor()
    await page.reload()
    await page.locator(".windows a.current[aria-current]", { hasText: "24 h" }).waitFor()
    expect(await page.locator(".windows [aria-current]").count() === 1, "several windows are current")
    await page.locator("a.tile.tone-bad", { hasText: "to put right" }).click()
    await page.waitForURL((url) => url.search.includes("after=-24h") && url.search.includes("errors=unsettled"))
    await page.getByText("billing").first().waitFor()
  })

  await check("an issue is acknowledged, and its runs are not red any more", async () => {
    await page.goto(`/issues/${shown.issue}`)
    await confirm(page, /^Acknowledge/, "the partner knows", "Acknowledge")
    await page.getByText("acknowledged", { exact: true }).first().waitFor()
    await page.goto(`/process-events/${shown.failed}`)
    await page.locator(".badge.tone-idle", { hasText: "failed, settled" }).first().waitFor()
  })

  await check("the runs of an issue are retried together, and each leads forward to its retry", async () => {
    await submit(sluice, { orderType: "REFUND" })
    await page.goto(`/issues/${shown.issue}`)
    await confirm(page, /^Retry its runs/, "the partner is back", "Retry them")
    await page.getByRole("progressbar").waitFor()
    const id = page.url().split("/").at(-1)
    await until("the job ends", async () => (await get(`/v1/jobs/${id}`)).state === "completed")
    await page.getByText("completed", { exact: true }).first().waitFor()
    await examine(opened)
    await page.goto("/jobs")
    await page.getByRole("link", { name: "Retry of runs" }).first().waitFor()
    await page.goto(`/process-events/${shown.failed}`)
    await page.getByText("Its retry replaces it").waitFor()
  })

  await check("an issue is resolved, and leaves the first page", async () => {
    await page.goto(`/issues/${shown.issue}`)
    await confirm(page, /^Resolve/, "mended", "Resolve")
    await page.getByText("resolved", { exact: true }).first().waitFor()
    await page.goto("/?state=resolved")
    await page.getByRole("row", { name: /failing/ }).waitFor()
  })

  await check("a partner that is known by its connectors is limited, paused and resumed", async () => {
    await page.goto("/partners")
    await page.getByRole("row", { name: new RegExp(shown.partner) }).getByText("proof-connector").waitFor()
    await page.getByRole("link", { name: shown.partner }).click()
    await page.getByRole("button", { name: /^Limits/ }).click()
    const dialog = page.getByRole("dialog")
    await dialog.getByLabel("Requests at once, at most").fill("7")
    await dialog.getByLabel("Requests a second, at most").fill("50")
    await dialog.getByRole("button", { name: "Save", exact: true }).click()
    await dialog.waitFor({ state: "hidden" })
    const stored = await get(`/v1/partners/${shown.partner}`)
    expect(stored.maxConcurrent === 7 && stored.ratePerSecond === 50, `stored is ${JSON.stringify(stored)}`)
    await confirm(page, /^Pause/, "they rang", "Pause")
    await page.getByText("they rang").waitFor()
    const held = (await sluice.request("POST", "/v1/orders", { orderType: "NEW_ORDER" })).processEventId
    await until("the run is held", async () => (await get(`/v1/process-events/${held}`)).state === "waiting")
    await page.getByRole("table").getByText("they rang").waitFor()
    await examine(opened)
    await page.goto(`/process-events/${held}`)
    await page.getByText("Held for").waitFor()
    await page.goto(`/partners/${shown.partner}`)
    await confirm(page, /^Resume/, "", "Resume")
    await until("the run ends", async () => (await get(`/v1/process-events/${held}`)).state === "completed")
    await sluice.request("PUT", `/v1/partners/${shown.partner}`, { maxConcurrent: null, ratePerSecond: null })
  })

  await check("on a telephone a list shows what counts, and the page scrolls", async () => {
    const narrow = await open(browser, sluice.base, { width: 390 })
    await narrow.page.goto("/process-events?state=failed")
    const row = narrow.page.locator("[data-index='0']")
    await row.getByText("billing").first().waitFor()
    await narrow.page.goto("/orders")
    await narrow.page.locator("[data-index='5']").waitFor()
    const scrolls = await narrow.page.evaluate("document.documentElement.scrollHeight > innerHeight")
    expect(scrolls === true, "the page does not scroll")
    await narrow.close()
  })
  expect(opened.faults.length === 0, opened.faults.join("\n"))
  await opened.close()
}
