/** Once through without a mouse; and the door, with a key. */
import type { Browser, Locator, Page } from "playwright-core"
import { examine, open } from "./Browser.ts"
import { submitHanging } from "./Data.ts"
import { check, expect } from "./Report.ts"
import type { Sluice } from "./Sluice.ts"

export const isFocused = (it: Locator): Promise<boolean> => it.evaluate((element) => element.matches(":focus"))

/** Presses keys at once one after another, without waiting for the page. */
export const pressing = (page: Page) => async (...keys: ReadonlyArray<string>): Promise<void> => {
  await Promise.all(keys.map((key) => page.keyboard.press(key)))
}

/** Tabs on until it is there. */
export const tabTo = async (page: Page, it: Locator, name: string): Promise<void> => {
  await it.waitFor()
  for (let tabs = 0; tabs < 60; tabs++) {
    await page.keyboard.press("Tab")
    if (await isFocused(it)) return
  }
  throw new Error(`Tab does not reach ${name}`)
}

export const keyboard = async (browser: Browser, sluice: Sluice): Promise<void> => {
  await check("keyboard alone: places, list, run, attempts, cancel, search, sheet, theme", async () => {
    const id = await submitHanging(sluice)
    const { page, close } = await open(browser, sluice.base)
    const press = pressing(page)
    const dialog = page.getByRole("dialog")
    await page.goto("/")
    await page.getByRole("heading", { name: "Issues" }).waitFor()
    await press("g", "p")
    await page.locator("[data-index='0'] .badge", { hasText: "running" }).waitFor()
    await press("j", "Enter")
    await page.waitForURL(`**/process-events/${id}`)
    await page.getByText("live", { exact: true }).waitFor()
    const chosen = page.locator("[role=option][aria-selected=true]:focus")
    await tabTo(page, page.locator("[role=option][tabindex='0']"), "the attempts")
    await press("ArrowDown", "ArrowUp", "ArrowUp", "ArrowDown", "ArrowDown")
    await chosen.waitFor()
    await press("c")
    await tabTo(page, dialog.getByRole("textbox"), "the reason")
    await page.keyboard.type("by keyboard")
    await press("Control+Enter")
    await page.getByText("Why it is cancelled").waitFor()
    // The stream may tell of the end before the answer to the cancel closes the dialog.
    await dialog.waitFor({ state: "hidden" })
    await page.locator("[role=option]:focus").waitFor()
    await press("?")
    await page.getByRole("dialog", { name: "Shortcuts" }).waitFor()
    // One sheet closes and another opens; what is typed meanwhile is meant for the search, and none of it is a shortcut.
    await press("Escape", "/", ..."order-of-the-patch", "Enter")
    await page.waitForURL("**/orders/order-of-the-patch")
    await dialog.waitFor({ state: "hidden" })
    await press("t")
    await page.locator("html[data-theme=light]").waitFor()
    await page.goto("/")
    await page.getByRole("heading", { name: "Issues" }).waitFor()
    await press("Tab")
    expect(await isFocused(page.getByText("Skip to the content")), "no way past the rail")
    await close()
  })

  await check("keyboard alone: a long list is walked as fast as keys come", async () => {
    const { page, close } = await open(browser, sluice.base)
    const press = pressing(page)
    await page.goto("/orders")
    await page.locator("[data-index='0'] a.main-link").waitFor()
    await press("j", ..."jjjjjjjjk")
    await page.locator("[data-index='7'] a.main-link:focus").waitFor()
    await close()
  })
}

/** Writes a document over all that stands in the editor, and saves it with the keys that say so. */
const writeAndSave = async (page: Page, document: unknown): Promise<void> => {
  await tabTo(page, page.locator(".json-editor .cm-content"), "the editor")
  await page.keyboard.press("Control+a")
  // The save comes right behind the last character: what stands in the editor is what is saved.
  await Promise.all([page.keyboard.insertText(JSON.stringify(document)), page.keyboard.press("Control+s")])
}

/** The pages of settings, after `keyboard`. */
export const keyboardSettings = async (browser: Browser, sluice: Sluice): Promise<void> => {
  await check("keyboard alone: pipelines, one of them, its editor, saved", async () => {
    const empty = { match: { orderTypes: ["CANCEL"] }, steps: [] }
    const { version } = await sluice.request("PUT", "/v1/pipelines/by-keyboard", empty)
    const { page, close } = await open(browser, sluice.base)
    const press = pressing(page)
    await page.goto("/")
    await page.getByRole("heading", { name: "Issues" }).waitFor()
    await press("g", "l")
    const link = page.getByRole("link", { name: "by-keyboard" })
    await link.waitFor()
    await press("j")
    for (let rows = 0; rows < 30 && !await isFocused(link); rows++) {
      await press("j")
      await page.waitForFunction("document.activeElement.closest('[data-index]') !== null")
    }
    await press("Enter")
    await page.getByRole("heading", { name: "Pipeline by-keyboard" }).waitFor()
    await press("e")
    await writeAndSave(page, { ...empty, name: "by-keyboard", priority: version + 6 })
    await page.getByRole("status").filter({ hasText: new RegExp(`^version ${version + 1}$`) }).waitFor()
    expect(
      (await sluice.request("GET", "/v1/pipelines/by-keyboard")).priority === version + 6,
      "something else was saved"
    )
    await close()
  })

  await check("keyboard alone: an endpoint is made, and its secret kept", async () => {
    const { page, close } = await open(browser, sluice.base)
    const press = pressing(page)
    await page.goto("/")
    await page.getByRole("heading", { name: "Issues" }).waitFor()
    await press("g", "w")
    await tabTo(page, page.getByRole("link", { name: "New webhook endpoint" }), "the way to a new one")
    await press("Enter")
    await tabTo(page, page.getByRole("textbox", { name: /^Id/ }), "the id")
    await page.keyboard.type("by-keyboard")
    await writeAndSave(page, { url: "https://example.com/hooks", types: ["error"] })
    await tabTo(page, page.getByRole("button", { name: "I have saved it" }), "the secret's button")
    await press("Enter")
    await page.getByRole("heading", { name: "Webhook endpoint by-keyboard" }).waitFor()
    await sluice.request("DELETE", "/v1/webhook-endpoints/by-keyboard")
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
