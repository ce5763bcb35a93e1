/** Checks the editing of settings: faults shown in place, saving, simulation, deletion; and the actions of an endpoint. */
import type { Browser, Page } from "playwright-core"
import { webhookTypes } from "../src/settings/WebhookTypes.ts"
import { open } from "./Browser.ts"
import { check, expect, until } from "./Report.ts"
import type { Sluice } from "./Sluice.ts"

/** Pages of settings and what each shows once it is there; `looks` examines them. */
export const settingsPages: ReadonlyArray<readonly [path: string, ready: string]> = [
  ["/pipelines", "New pipeline"],
  ["/pipelines/well", "When a critical step fails"],
  ["/pipelines/well?tab=edit", "pipeline well as JSON"],
  ["/pipelines/versioned?tab=versions", "version 1"],
  ["/pipelines/nobody", "Check the id"],
  ["/new/pipelines", "new pipeline as JSON"],
  ["/connectors", "proof-connector"],
  ["/connectors/proof-connector", "connector proof-connector as JSON"],
  ["/auth-providers", "proof-provider"],
  ["/auth-providers/proof-provider", "auth provider proof-provider as JSON"],
  ["/webhook-endpoints", "proof-endpoint"],
  ["/webhook-endpoints/proof-endpoint", "Send a test"],
  ["/webhook-endpoints/proof-endpoint?tab=replay", "In these states"],
  ["/webhook-endpoints/proof-endpoint?tab=edit", "webhook endpoint proof-endpoint as JSON"],
  ["/new/webhook-endpoints", "new webhook endpoint as JSON"]
]

/** Makes the settings that these pages show. */
export const fillSettings = async (sluice: Sluice, partner: string): Promise<void> => {
  for (const priority of [1, 2]) {
    await sluice.request("PUT", "/v1/pipelines/versioned", {
      match: { orderTypes: ["ADD_OFFER"] },
      priority,
      steps: []
    })
  }
  await sluice.request("PUT", "/v1/connectors/proof-connector", {
    name: "Webhook",
    connectorId: "proof-connector",
    host: `${partner}/ok`,
    bearerToken: "a-secret-of-the-proof"
  })
  await sluice.request("PUT", "/v1/auth-providers/proof-provider", {
    domain: "partner.example.com",
    type: "basic",
    username: "proof",
    password: "a-secret-of-the-proof"
  })
  await sluice.request("POST", "/v1/webhook-endpoints", {
    id: "proof-endpoint",
    url: `${partner}/ok`,
    types: ["address.added"]
  })
}

const editorOf = (page: Page) => page.locator(".json-editor .cm-content")

/** Pastes a document over all that stands in the editor. */
const write = async (page: Page, document: unknown): Promise<void> => {
  const text = JSON.stringify(JSON.stringify(document, null, 2))
  await page.evaluate(`navigator.clipboard.writeText(${text})`)
  await editorOf(page).click()
  await page.keyboard.press("Control+a")
  await page.keyboard.press("Control+v")
}

/** Waits for the message of the editor after saving; it disappears after a while. */
const saved = (page: Page, version: number) =>
  page.getByRole("status").filter({ hasText: new RegExp(`^version ${version}$`) }).waitFor()

const confirm = async (page: Page, button: RegExp, action: string): Promise<void> => {
  await page.getByRole("button", { name: button }).first().click()
  const dialog = page.getByRole("dialog")
  await dialog.getByRole("button", { name: action, exact: true }).click()
  await dialog.getByRole("button", { name: action, exact: true }).waitFor({ state: "hidden" })
}

/** Tests a connector or an auth provider from its page, and waits until its dialog says so. */
const testConnection = async (page: Page, path: string, says: string, address?: string): Promise<void> => {
  await page.goto(path)
  await page.getByRole("button", { name: /^Test the connection/ }).click()
  const dialog = page.getByRole("dialog")
  if (address !== undefined) await dialog.getByLabel(/^Address/).fill(address)
  await dialog.getByRole("button", { name: "Send the request" }).click()
  await dialog.getByText(says).first().waitFor()
  await page.keyboard.press("Escape")
  await dialog.waitFor({ state: "hidden" })
}

export const settings = async (browser: Browser, sluice: Sluice): Promise<void> => {
  const opened = await open(browser, sluice.base)
  const { page } = opened
  const get = (path: string) => sluice.request("GET", path)
  const well = await get("/v1/pipelines/well")

  await check(
    "a fault that the server reports is shown at its place in the editor, and a valid document is saved",
    async () => {
      await page.goto("/pipelines/well?tab=edit")
      const [step] = well.steps
      const document = { name: "well", match: well.match, completedStatus: "Active" }
      await write(page, { ...document, steps: [{ ...step, options: { ...step.options, timeoutValue: -1 } }] })
      await page.getByRole("button", { name: "Save" }).click()
      await page.getByRole("button", { name: "steps[0].options.timeoutValue" }).click()
      const marked = page.locator(".json-editor .cm-lintRange-error").first()
      await marked.waitFor()
      expect((await marked.textContent()) === "-1", `marked is ${await marked.textContent()}`)
      await write(page, { ...document, steps: [{ ...step, options: { ...step.options, timeoutValue: 4000 } }] })
      // Mended, it is no fault any more, although nothing was saved yet.
      await page.getByRole("alert").waitFor({ state: "detached" })
      await page.keyboard.press("Control+s")
      await saved(page, 2)
      expect((await get("/v1/pipelines/well")).steps[0].options.timeoutValue === 4000, "it was not saved")
    }
  )

  await check("a misspelt member is renamed to the one that was meant", async () => {
    await page.goto("/pipelines/well?tab=edit")
    const { version, steps: [step], match } = await get("/v1/pipelines/well")
    await write(page, { name: "well", match, completedStatus: "Active", steps: [{ ...step, critcal: false }] })
    await page.getByRole("button", { name: "Save" }).click()
    await page.getByRole("button", { name: "Use critical" }).click()
    await page.getByRole("alert").waitFor({ state: "detached" })
    await page.getByRole("button", { name: "Save" }).click()
    await saved(page, version + 1)
  })

  await check("a connector is made by its form, and says which pipelines use it", async () => {
    await page.goto("/new/connectors")
    await page.getByLabel("host (needed)").fill("https://form.example/validate")
    await page.getByLabel("connectorId", { exact: true }).fill("by-form")
    await editorOf(page).getByText("https://form.example/validate").waitFor()
    await page.getByRole("textbox", { name: /^Id/ }).fill("by-form")
    await page.getByRole("button", { name: "Create" }).click()
    await page.getByText("used by no pipeline").waitFor()
    const stored = await get("/v1/connectors/by-form")
    expect(stored.host === "https://form.example/validate" && stored.connectorId === "by-form", JSON.stringify(stored))
    await sluice.request("DELETE", "/v1/connectors/by-form")
  })

  await check("a connector and an auth provider are tested, and the page says what was answered", async () => {
    await testConnection(page, "/connectors/proof-connector", "with the connector's bearer token")
    await testConnection(
      page,
      "/auth-providers/proof-provider",
      "is not at partner.example.com",
      "https://stranger.example/"
    )
  })

  await check("a pipeline is paused for a reason, keeps its orders queued, and is resumed", async () => {
    const act = async (button: RegExp, reason: string, action: string) => {
      await page.getByRole("button", { name: button }).click()
      const dialog = page.getByRole("dialog")
      await dialog.getByRole("textbox", { name: /^Reason/ }).fill(reason)
      await dialog.getByRole("button", { name: action, exact: true }).click()
      await dialog.waitFor({ state: "hidden" })
    }
    await page.goto("/pipelines/versioned")
    await act(/^Pause/, "stocktaking", "Pause")
    await page.getByText("stocktaking").waitFor()
    const { processEventId } = await sluice.request("POST", "/v1/orders", { orderType: "ADD_OFFER" })
    expect((await get(`/v1/process-events/${processEventId}`)).state === "queued", "the run is not queued")
    await act(/^Resume/, "counted", "Resume")
    await page.getByText("stocktaking").waitFor({ state: "detached" })
    const state = async () => (await get(`/v1/process-events/${processEventId}`)).state
    await until("the run ends", async () => await state() === "completed")
  })

  await check("a draft is simulated before it is saved, and says what would differ", async () => {
    await page.goto("/pipelines/well?tab=edit")
    const steps = [...well.steps, { ...well.steps[0], id: "another" }]
    await write(page, { name: "well", match: well.match, steps })
    await page.getByRole("button", { name: "Simulate …" }).click()
    const panel = page.getByRole("region", { name: "Simulation" })
    await panel.getByRole("button", { name: "Simulate", exact: true }).click()
    await panel.getByText(/runs would have gone differently/).waitFor()
    await panel.locator("summary").first().click()
    await panel.getByText("a step more").first().waitFor()
    expect((await get("/v1/pipelines/well")).steps.length === 1, "the draft was saved")
    await page.getByRole("button", { name: "Revert" }).click()
  })

  await check("completion offers the options of the step's plugin", async () => {
    await page.goto("/pipelines/well?tab=edit")
    await page.getByText("\"endpoint\"").first().click()
    await page.keyboard.press("End")
    await page.keyboard.insertText(",\n\"")
    await page.keyboard.press("Control+Space")
    await page.getByRole("option", { name: /shouldRejectOn/ }).waitFor()
    await page.keyboard.press("Escape")
    await page.getByRole("button", { name: "Revert" }).click()
  })

  await check(
    "a save on top of an older version is refused with an explanation, so that no change is lost",
    async () => {
      await page.goto("/pipelines/versioned?tab=edit")
      const stored = await get("/v1/pipelines/versioned")
      await write(page, { name: "versioned", match: stored.match, priority: 11, steps: [] })
      await sluice.request("PUT", "/v1/pipelines/versioned", { match: stored.match, priority: 12, steps: [] })
      await page.keyboard.press("Control+s")
      await page.getByText(/Another user saved version/).waitFor()
      await page.getByRole("button", { name: "Go on with mine" }).click()
      await page.getByRole("button", { name: "Save" }).click()
      await saved(page, stored.version + 2)
      expect((await get("/v1/pipelines/versioned")).priority === 11, "it was not saved")
    }
  )

  await check("a secret reads redacted, and is kept when the rest is changed", async () => {
    await page.goto("/connectors/proof-connector")
    const { id: _, version: __, createdAt: ___, updatedAt: ____, ...stored } = await get(
      "/v1/connectors/proof-connector"
    )
    expect(stored.bearerToken === "[redacted]", "the secret can be read")
    await write(page, { ...stored, displayName: "Proven" })
    await page.keyboard.press("Control+s")
    await saved(page, 2)
  })

  await check("an endpoint is made, and its secret shown once", async () => {
    await page.goto("/new/webhook-endpoints")
    await page.getByRole("textbox", { name: /^Id/ }).fill("made-by-hand")
    await write(page, { url: "https://example.com/hooks", types: ["nonsense"] })
    await page.getByRole("button", { name: "Create" }).click()
    // The server names every type that there is: the console has to know the same.
    const said = await page.getByRole("listitem").filter({ hasText: "types[0]" }).textContent() ?? ""
    expect(said.endsWith(webhookTypes.join(", ")), `the console's types are not those of: ${said}`)
    await write(page, { url: "https://example.com/hooks", types: ["error"] })
    await page.getByRole("button", { name: "Create" }).click()
    expect((await page.getByRole("dialog").locator("code").textContent() ?? "").startsWith("whsec_"), "no secret")
    await page.getByRole("button", { name: "I have saved it" }).click()
    await page.getByRole("heading", { name: "Webhook endpoint made-by-hand" }).waitFor()
  })

  await check("a setting is deleted after a confirmation", async () => {
    await confirm(page, /^Delete …/, "Delete it")
    await page.getByRole("heading", { name: "Webhook endpoints" }).waitFor()
    expect(!JSON.stringify(await get("/v1/webhook-endpoints")).includes("made-by-hand"), "it is still there")
  })

  await check("a test is sent to an endpoint, and arrives", async () => {
    await page.goto("/webhook-endpoints/proof-endpoint")
    await confirm(page, /^Send a test/, "Send it")
    await page.getByRole("cell", { name: "delivered" }).first().waitFor()
  })

  await check("a secret is rotated", async () => {
    await confirm(page, /^Rotate/, "Make a new one")
    await page.locator("code.secret").waitFor()
    await page.getByRole("button", { name: "I have saved it" }).click()
  })

  await check("deliveries to a disabled endpoint are held, and enabling it offers to replay them", async () => {
    await confirm(page, /^Disable/, "Disable it")
    await page.getByText(/^It is disabled/).waitFor()
    await sluice.request("POST", "/v1/events", { type: "address.added", data: {} })
    await page.getByRole("cell", { name: "held" }).first().waitFor()
    await confirm(page, /^Enable/, "Enable it")
    await page.getByRole("dialog").getByRole("button", { name: "Replay 1 held deliveries" }).click()
    await page.getByRole("progressbar").waitFor()
    await page.getByText("1 are to be sent again, 0 to come").waitFor()
    await page.getByRole("tab", { name: "Deliveries" }).click()
    await page.getByRole("row", { name: /delivered address.added/ }).waitFor()
  })
  expect(opened.faults.length === 0, opened.faults.join("\n"))
  await opened.close()
}
