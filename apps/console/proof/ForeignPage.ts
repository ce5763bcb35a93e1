/**
 * Pages of other origins, in a real browser, against a server without keys: whatever they send changes nothing, and they
 * can read and frame nothing. Contract: section 2, "A browser is not a client unless it is ours".
 */
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import type { Browser, Page } from "playwright-core"
import { open } from "./Browser.ts"
import { check, expect } from "./Report.ts"
import type { Sluice } from "./Sluice.ts"

interface Site {
  readonly port: number
  readonly close: () => void
}

/** A foreign web server: one empty page, on a port of its own. */
const startSite = async (): Promise<Site> => {
  const server = createServer((_, response) => {
    response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html><title>Elsewhere</title>")
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const { port } = server.address() as AddressInfo
  return {
    port,
    close: () => {
      server.close()
      server.closeAllConnections()
    }
  }
}

/**
 * The attempts of the page, as scripts that run in it; each is given `target` and `endpoint`, the attacker's as JSON
 * text.
 */
const attempts: Readonly<Record<string, string>> = {
  "fetch without CORS, a Blob without a type": `
    await fetch(target + "/v1/webhook-endpoints", { method: "POST", mode: "no-cors", body: new Blob([endpoint]) })`,
  "fetch without CORS, text/plain": `
    await fetch(target + "/v1/webhook-endpoints", { method: "POST", mode: "no-cors", body: endpoint })`,
  "fetch with JSON, which asks beforehand": `
    await fetch(target + "/v1/webhook-endpoints", {
      method: "POST", body: endpoint, headers: { "content-type": "application/json" }
    }).catch(() => undefined)`,
  "PUT and DELETE, which ask beforehand": `
    await fetch(target + "/v1/pipelines/of-the-owner", { method: "PUT", body: endpoint }).catch(() => undefined)
    await fetch(target + "/v1/pipelines/of-the-owner", { method: "DELETE" }).catch(() => undefined)`,
  "a beacon": `
    navigator.sendBeacon(target + "/v1/webhook-endpoints", new Blob([endpoint]))
    await new Promise((resolve) => setTimeout(resolve, 500))`,
  "a form": `
    const frame = Object.assign(document.createElement("iframe"), { name: "answer" })
    document.body.append(frame)
    const form = document.createElement("form")
    Object.assign(form, {
      method: "post", enctype: "text/plain", target: "answer", action: target + "/v1/webhook-endpoints"
    })
    const field = Object.assign(document.createElement("input"), {
      type: "hidden", name: endpoint.slice(0, -1) + ',"description":"', value: '"}'
    })
    form.append(field)
    document.body.append(form)
    const answered = new Promise((resolve) => frame.addEventListener("load", resolve, { once: true }))
    form.submit()
    await answered`,
  "a sandboxed frame, whose origin is null": `
    const frame = document.createElement("iframe")
    frame.sandbox = "allow-scripts"
    const script = "fetch(" + JSON.stringify(target + "/v1/webhook-endpoints")
      + ", { method: 'POST', mode: 'no-cors', body: new Blob([" + JSON.stringify(endpoint) + "]) })"
      + ".finally(() => parent.postMessage('done', '*'))"
    const done = new Promise((resolve) => addEventListener("message", resolve, { once: true }))
    frame.srcdoc = "<script>" + script + "</" + "script>"
    document.body.append(frame)
    await done`,
  "a worker": `
    const source = "fetch(" + JSON.stringify(target + "/v1/webhook-endpoints")
      + ", { method: 'POST', mode: 'no-cors', body: new Blob([" + JSON.stringify(endpoint) + "]) })"
      + ".finally(() => postMessage('done'))"
    const worker = new Worker(URL.createObjectURL(new Blob([source], { type: "text/javascript" })))
    await new Promise((resolve) => worker.addEventListener("message", resolve, { once: true }))`
}

const run = (page: Page, script: string, target: string, endpoint: string): Promise<unknown> =>
  page.evaluate(
    `(async () => { const target = ${JSON.stringify(target)}, endpoint = ${JSON.stringify(endpoint)}; ${script} })()`
  )

/** The addresses under which a foreign page reaches the server: another site's, and another port of the same. */
const targets = (base: string): ReadonlyArray<string> => [base, base.replace("127.0.0.1", "localhost")]

export const foreignPage = async (browser: Browser, sluice: Sluice): Promise<void> => {
  const site = await startSite()
  const endpoint = JSON.stringify({ id: "of-a-stranger", url: "https://evil.example.com/collect", types: ["*"] })
  await sluice.request("PUT", "/v1/pipelines/of-the-owner", { match: { orderTypes: ["OWNER"] }, steps: [] })
  const settings = async () =>
    JSON.stringify([
      (await sluice.request("GET", "/v1/webhook-endpoints?limit=200")).items,
      await sluice.request("GET", "/v1/pipelines/of-the-owner")
    ])
  const before = await settings()

  for (const [name, script] of Object.entries(attempts)) {
    await check(`a page of another origin changes nothing: ${name}`, async () => {
      const statuses: Array<number> = []
      for (const target of targets(sluice.base)) {
        const context = await browser.newContext()
        const page = await context.newPage()
        context.on("response", (response) => {
          if (response.url().startsWith(target) && response.request().method() !== "OPTIONS") {
            statuses.push(response.status())
          }
        })
        await page.goto(`http://127.0.0.1:${site.port}/`)
        await run(page, script, target, endpoint)
        await context.close()
      }
      expect(await settings() === before, `the settings are now ${await settings()}`)
      expect(statuses.every((status) => status === 403), `answered ${statuses.join(", ")}`)
      return statuses.length === 0 ? "the browser sent nothing" : `answered ${statuses.join(", ")}`
    })
  }

  await check("the same requests from the server's own pages are accepted", async () => {
    const context = await browser.newContext()
    const page = await context.newPage()
    for (const target of targets(sluice.base)) {
      const put = `fetch("/v1/pipelines/of-a-page", { method: "PUT", headers: { "content-type": "application/json" }, `
        + `body: JSON.stringify({ match: { orderTypes: ["NOBODY"] }, steps: [] }) }).then((answer) => answer.status)`
      await page.goto(`${target}/`)
      const status = await page.evaluate(put) as number
      expect(status === 201 || status === 200, `answered ${status}`)
    }
    await sluice.request("DELETE", "/v1/pipelines/of-a-page")
    await context.close()
  })

  await check("a page of another origin reads nothing and frames nothing", async () => {
    const context = await browser.newContext()
    const page = await context.newPage()
    await page.goto(`http://127.0.0.1:${site.port}/`)
    for (const target of targets(sluice.base)) {
      for (const path of ["/v1/orders", "/v1/pipelines", "/openapi.json", "/metrics"]) {
        const read = await page.evaluate(`fetch("${target}${path}").then((answer) => answer.text(), () => undefined)`)
        expect(read === undefined, `${path} was read`)
      }
      for (const path of ["/", "/docs", "/orders"]) {
        await page.evaluate(
          `new Promise((resolve) => { const frame = document.createElement("iframe"); frame.src = "${target}${path}"; `
            + `frame.onload = resolve; document.body.replaceChildren(frame) })`
        )
        const framed = page.frames().filter((frame) => frame !== page.mainFrame() && frame.url().startsWith(target))
        expect(framed.length === 0, `${path} is shown in a frame`)
      }
    }
    await context.close()
  })

  await check(
    "the API reference works under its content security policy, and sends requests to no other origin",
    async () => {
      const opened = await open(browser, sluice.base)
      await opened.page.goto("/docs")
      await opened.page.getByRole("heading", { name: "Submit an order; 202 means that it is stored" }).first().waitFor()
      expect(opened.faults.length === 0, opened.faults.slice(0, 5).join("\n"))
      await opened.close()
    }
  )
  await sluice.request("DELETE", "/v1/pipelines/of-the-owner")
  site.close()
}
