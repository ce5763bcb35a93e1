/** Keys and roles: the pages as a user of each role sees them, and one sign-in for all tabs of a browser. */
import type { Browser, BrowserContext, Page } from "playwright-core"
import { examine, open } from "./Browser.ts"
import { check, expect, until } from "./Report.ts"
import type { Sluice } from "./Sluice.ts"

type Role = "read" | "operate" | "admin"

export const keyOf = (role: Role): string => `proof-key-of-role-${role}`
export const keys = (["read", "operate", "admin"] as const).map((role) => `${role}er:${role}=${keyOf(role)}`).join(",")

const signIn = async (page: Page, key: string): Promise<void> => {
  await page.getByLabel("API key").fill(key)
  await page.keyboard.press("Enter")
  await page.getByText("Signed in as").waitFor({ state: "attached" })
}

const names = async (page: Page, role: "button" | "link"): Promise<ReadonlyArray<string>> =>
  (await page.getByRole(role).allInnerTexts()).map((text) => text.trim())

/** Actions by the page that has them, and the role that they need. */
const offered: ReadonlyArray<readonly [path: string, ready: string, action: string, role: Role]> = [
  ["/process-events", "that is all", "Act on many …", "operate"],
  ["/orders/order-of-roles", "Runs over this order", "Reprocess …", "operate"],
  ["/pipelines", "of-roles", "New pipeline", "admin"],
  ["/pipelines/of-roles", "Sequence", "Delete …", "admin"],
  ["/webhook-endpoints/of-roles", "Deliveries", "Send a test …", "operate"],
  ["/webhook-endpoints/of-roles", "Deliveries", "Rotate the secret …", "admin"]
]
const mayDo: Readonly<Record<Role, ReadonlyArray<Role>>> = {
  read: ["read"],
  operate: ["read", "operate"],
  admin: ["read", "operate", "admin"]
}

const another = async (context: BrowserContext, base: string, path: string): Promise<Page> => {
  const page = await context.newPage()
  await page.goto(`${base}${path}`)
  return page
}

export const access = async (browser: Browser, sluice: Sluice): Promise<void> => {
  const admin = { authorization: `Bearer ${keyOf("admin")}` }
  await sluice.request("PUT", "/v1/pipelines/of-roles", { steps: [] }, admin)
  await sluice.request(
    "PUT",
    "/v1/webhook-endpoints/of-roles",
    { url: "https://example.com/", types: ["error"] },
    admin
  )
  await sluice.request("POST", "/v1/orders", { orderType: "REFUND", id: "order-of-roles" }, {
    ...admin,
    prefer: "wait=30"
  })

  for (const role of ["read", "operate", "admin"] as const) {
    await check(`a key with the role ${role} is offered what it may do, and nothing else`, async () => {
      const opened = await open(browser, sluice.base)
      const { page } = opened
      await page.goto("/")
      await signIn(page, keyOf(role))
      await page.getByText(`Signed in as ${role}er, ${role}`).waitFor({ state: "attached" })
      for (const [path, ready, action, needed] of offered) {
        await page.goto(path)
        await page.getByText(ready).first().waitFor({ state: "attached" })
        // What the key may is asked for by every page that is loaded.
        await page.getByText("Signed in as").waitFor({ state: "attached" })
        const seen = [...await names(page, "button"), ...await names(page, "link")]
        const may = mayDo[role].includes(needed)
        expect(seen.includes(action) === may, `${path} ${may ? "lacks" : "offers"} ${action}: ${seen.join(", ")}`)
      }
      expect((await names(page, "link")).includes("Audit") === (role === "admin"), "the way to the audit")
      await opened.close()
    })
  }

  await check("a key is asked for once per browser, not per tab; signing out ends it in every tab", async () => {
    const opened = await open(browser, sluice.base)
    const { context, page } = opened
    await page.goto("/orders")
    await signIn(page, keyOf("read"))
    const second = await another(context, sluice.base, "/process-events")
    await second.getByRole("heading", { name: "Runs" }).waitFor()
    await second.getByText("Signed in as reader").waitFor({ state: "attached" })
    // The first tab is gone, and the second is asked.
    await page.close()
    const third = await another(context, sluice.base, "/deliveries")
    await third.getByText("Signed in as reader").waitFor({ state: "attached" })
    await third.getByRole("button", { name: "Sign out" }).click()
    for (const tab of [second, third]) await tab.getByRole("heading", { name: "Sign in to Sluice" }).waitFor()
    await signIn(second, keyOf("admin"))
    await third.getByText("Signed in as adminer").waitFor({ state: "attached" })
    const kept = await Promise.all(
      [second, third].map((tab) => tab.evaluate("localStorage.length + document.cookie.length"))
    )
    expect(kept.every((size) => size === 0), "something of it was kept beyond the tabs")
    await opened.close()
  })

  await check("a key is made, shown once, used and deleted; the audit tells of it", async () => {
    const opened = await open(browser, sluice.base)
    const { page } = opened
    await page.goto("/")
    await signIn(page, keyOf("admin"))
    await page.goto("/api-keys")
    for (const [name, role] of [["first", "admin"], ["dashboard", "read"]] as const) {
      await page.getByRole("button", { name: "New key …" }).first().click()
      await page.getByLabel("Name: who uses it").fill(name)
      expect(await page.getByRole("checkbox", { name: new RegExp(`^${role} `) }).isChecked(), `${role} is not chosen`)
      await page.getByRole("button", { name: "Make the key" }).click()
      const key = await page.locator("code.secret").innerText()
      expect(key.startsWith("sluice_"), `the key is ${key}`)
      await page.getByRole("button", { name: "I have saved it" }).click()
      await page.getByRole("cell", { name, exact: true }).waitFor()
      if (name !== "dashboard") continue
      await sluice.request("GET", "/v1/orders", undefined, { authorization: `Bearer ${key}` })
      await page.getByRole("button", { name: "Delete the key dashboard" }).click()
      await page.getByRole("button", { name: "Delete the key", exact: true }).click()
      await page.getByRole("cell", { name, exact: true }).waitFor({ state: "detached" })
      const refused = () =>
        sluice.request("GET", "/v1/orders", undefined, { authorization: `Bearer ${key}` }).then(() => false, () => true)
      await until("the key is refused", refused)
    }
    await examine(opened)
    await page.goto("/audit?action=api_key.delete")
    await page.getByRole("link", { name: "api_key.delete" }).click()
    await page.getByRole("heading", { name: "api_key.delete" }).waitFor()
    await page.getByText("dashboard").first().waitFor()
    await examine(opened)
    await opened.close()
  })
}
