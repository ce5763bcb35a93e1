/**
 * Every page of the console over data that an attacker has written: no script runs, nothing of the data becomes an
 * element, an attribute or an address of a script, and no page breaks or grows wider than a phone.
 */
import type { Browser } from "playwright-core"
import { open, type Opened, settled } from "../Browser.ts"
import { check, expect } from "../Report.ts"
import { startSluice } from "../Sluice.ts"
import { fillHostile } from "./Fill.ts"
import { canary, startHostilePartner } from "./Strings.ts"

/** A script for the page: lists the elements, attributes and members of prototypes that the data has created. */
const intruders = `[
  ...[...document.querySelectorAll("body script:not([src]), img[src=x], svg[onload]")].map((element) => element.outerHTML),
  ...[...document.querySelectorAll("*")].flatMap((element) => [...element.attributes].flatMap(({ name, value }) =>
    name.startsWith("on") || /^(href|src|action|formaction|xlink:href|srcdoc|data)$/.test(name)
      && /^[\\u0000-\\u0020]*(javascript|vbscript|data:text)/i.test(value) ? [name + "=" + value] : [])),
  ...(Object.prototype.polluted === undefined ? [] : ["Object.prototype has a member of the data"])
].map((found) => found.slice(0, 200))`

/** The innermost elements that reach beyond the screen, as a script that runs in the page. */
const tooWide = `[...document.querySelectorAll("body *")].filter((element) => {
  if (element.getBoundingClientRect().right <= innerWidth + 1) return false
  for (let at = element.parentElement; at !== null && at !== document.body; at = at.parentElement) {
    if (getComputedStyle(at).overflowX !== "visible") return false
  }
  return ![...element.children].some((child) => child.getBoundingClientRect().right > innerWidth + 1)
}).slice(0, 4).map((element) => element.parentElement.outerHTML.slice(0, 120))`

const examinePage = async ({ faults, page }: Opened, ran: ReadonlyArray<string>): Promise<void> => {
  expect(ran.length === 0, `a script ran: ${ran.join(", ")}`)
  const found = await page.evaluate(intruders) as ReadonlyArray<string>
  expect(found.length === 0, `the data is part of the page: ${found.join(" | ")}`)
  const broken = await page.getByText("The console has failed").count()
  expect(broken === 0, "the page broke")
  const over = await page.evaluate("document.documentElement.scrollWidth - innerWidth") as number
  if (over > 0) {
    const wide = await page.evaluate(tooWide) as ReadonlyArray<string>
    throw new Error(`the page is ${over} px wider than the screen: ${wide.join(" | ")}`)
  }
  expect(faults.length === 0, faults.join("\n"))
}

/** Runs against a server of its own. */
export const hostileStrings = async (browser: Browser): Promise<void> => {
  const partner = await startHostilePartner()
  const sluice = await startSluice()
  const opened = await open(browser, sluice.base, { width: 390 })
  const ran: Array<string> = []
  await opened.context.exposeFunction(canary, (where: string) => void ran.push(where))
  opened.page.on("dialog", (dialog) => {
    ran.push(`a dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  const visit = (path: string) =>
    check(`hostile strings, ${path.slice(0, 100)}`, async () => {
      opened.faults.length = 0
      await opened.page.goto(path)
      await settled(opened)
      await examinePage(opened, ran.splice(0))
    })
  try {
    const pages = await fillHostile(sluice, partner.origin)
    for (const path of pages) await visit(path)
    // From the first key on the console asks for it.
    const { key } = await sluice.request("POST", "/v1/api-keys", {
      name: `<script>${canary}("key")</script>`,
      roles: ["admin"]
    })
    await check("hostile strings, the name of the key that a person signs in with", async () => {
      await opened.page.goto("/api-keys")
      await opened.page.getByLabel("API key").fill(key)
      await opened.page.keyboard.press("Enter")
      await opened.page.getByText("Signed in as").waitFor({ state: "attached" })
      await settled(opened)
      await examinePage(opened, ran.splice(0))
    })
    await visit("/audit")
  } finally {
    await opened.close()
    await sluice.stop()
    partner.close()
  }
}
