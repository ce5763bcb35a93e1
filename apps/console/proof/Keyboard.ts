/** Once through without a mouse; and the door, with a key. */
import type { Browser } from "playwright-core"
import { examine, open } from "./Browser.ts"
import { submitHanging } from "./Data.ts"
import { check, expect } from "./Report.ts"
import type { Sluice } from "./Sluice.ts"

export const keyboard = async (browser: Browser, sluice: Sluice): Promise<void> => {
  await check("keyboard alone: places, list, run, attempts, cancel, search, sheet, theme", async () => {
    const id = await submitHanging(sluice)
    const { page, close } = await open(browser, sluice.base)
    const press = async (...keys: ReadonlyArray<string>) => {
      for (const key of keys) await page.keyboard.press(key)
    }
    await page.goto("/")
    await page.getByRole("heading", { name: "Overview" }).waitFor()
    await press("g", "p")
    await page.locator("[data-index='0'] .badge", { hasText: "running" }).waitFor()
    await press("j", "Enter")
    await page.waitForURL(`**/process-events/${id}`)
    await page.getByText("live", { exact: true }).waitFor()
    await page.getByRole("option").first().focus()
    await press("ArrowDown", "ArrowUp")
    await press("c")
    await page.getByRole("dialog").waitFor()
    await page.getByRole("dialog").getByRole("textbox").focus()
    await page.keyboard.type("by keyboard")
    await press("Control+Enter")
    await page.getByText("Why it is cancelled").waitFor()
    await press("?")
    await page.getByRole("dialog", { name: "Shortcuts" }).waitFor()
    await press("Escape")
    await press("/")
    await page.keyboard.type("order-of-the-patch")
    await press("Enter")
    await page.waitForURL("**/orders/order-of-the-patch")
    await page.getByRole("dialog").waitFor({ state: "hidden" })
    await press("t")
    expect(await page.evaluate("document.documentElement.dataset.theme") === "light", "the theme did not change")
    await page.goto("/")
    await page.getByRole("heading", { name: "Overview" }).waitFor()
    await press("Tab")
    expect(await page.evaluate("document.activeElement.textContent") === "Skip to the content", "no way past the rail")
    await close()
  })
}

export const door = async (browser: Browser, sluice: Sluice, key: string): Promise<void> => {
  await check("a key is asked for, a wrong one refused, and a good one kept out of every address", async () => {
    const opened = await open(browser, sluice.base, { theme: "dark" })
    const { page } = opened
    await page.goto("/orders")
    await page.getByRole("heading", { name: "Sign in to Sluice" }).waitFor()
    await examine(opened)
    await page.getByLabel("API key").fill("wrong")
    await page.keyboard.press("Enter")
    await page.getByText("A key is needed").waitFor()
    await page.getByLabel("API key").fill(key)
    await page.keyboard.press("Enter")
    await page.getByText("No orders yet").waitFor()
    expect(!page.url().includes(key), "the key stands in the address")
    expect(await page.evaluate("localStorage.length") === 0, "something of it was kept beyond the tab")
    await page.reload()
    await page.getByText("No orders yet").waitFor()
    await page.getByRole("button", { name: "Sign out" }).click()
    await page.getByRole("heading", { name: "Sign in to Sluice" }).waitFor()
    await opened.close()
  })
}
