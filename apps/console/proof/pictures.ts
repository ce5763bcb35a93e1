/**
 * `pnpm console:pictures`: the pictures of the docs, made from the demo with orders that keep coming for some minutes.
 * Written to `docs/images` as WebP, which Chromium encodes; `PICTURES_MINUTES` is how long orders come, 5 if absent.
 */
import { spawn } from "node:child_process"
import { existsSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { createInterface } from "node:readline"
import type { Browser, Page } from "playwright-core"
import { executable, launch, open, settled, type View } from "./Browser.ts"

const minutes = Number(process.env["PICTURES_MINUTES"] ?? 5)
const images = join(import.meta.dirname, "../../../docs/images")

/** The demo as a process, once its orders have ended. */
const startDemo = async () => {
  const demo = spawn(process.execPath, ["--conditions=@sluice/source", "apps/demo/src/main.ts"], {
    stdio: ["ignore", "pipe", "inherit"]
  })
  const base = await new Promise<string>((resolve, reject) => {
    createInterface({ input: demo.stdout }).on("line", (line) => {
      const url = /^ *console +(http:\S+?)\/$/.exec(line)?.[1]
      if (url !== undefined) resolve(url)
    })
    demo.once("exit", (code) => reject(new Error(`the demo ended with exit code ${code}`)))
  })
  return {
    base,
    stop: () =>
      new Promise((resolve) => {
        demo.once("exit", resolve)
        demo.kill("SIGTERM")
      })
  }
}

const get = async (url: string): Promise<any> => (await fetch(url)).json()

/** Members that the server adds, and those by which it knows an order again. */
const own = new Set([
  "id",
  "externalId",
  "createdAt",
  "updatedAt",
  "version",
  "status",
  "errors",
  "lastRun",
  "externalIds"
])

interface DemoOrder {
  readonly orderOrigin?: string
  readonly lastRun?: { readonly state: string }
}

/** True if the order completes again: `provisioning` does once, because its account exists then. */
const completes = ({ lastRun, orderOrigin }: DemoOrder): boolean =>
  lastRun?.state === "completed" && orderOrigin !== "provisioning"

/** The demo's orders again and again, a few a second, of which one in eight fails. */
const submitOrders = async (base: string): Promise<void> => {
  const { items } = (await get(`${base}/v1/orders?limit=50`)) as { readonly items: ReadonlyArray<DemoOrder> }
  const [good, bad] = [items.filter(completes), items.filter((order) => !completes(order))]
  const ended = performance.now() + minutes * 60_000
  for (let n = 0; performance.now() < ended; n++) {
    const of = n % 8 === 7 ? bad : good
    const order = Object.entries(of[n % of.length] ?? {}).filter(([name]) => !own.has(name))
    const body = JSON.stringify({ ...Object.fromEntries(order), externalId: `web-${10_000 + n}` })
    await fetch(`${base}/v1/orders`, { method: "POST", headers: { "content-type": "application/json" }, body })
    await new Promise((resolve) => setTimeout(resolve, 150 + 250 * (1 + Math.sin(n / 40))))
  }
}

/** The page as WebP, encoded by the browser. */
const webp = async (page: Page): Promise<Buffer> => {
  const png = (await page.screenshot()).toString("base64")
  const encoder = await page.context().newPage()
  const url = await encoder.evaluate(`(async () => {
    const image = await createImageBitmap(await (await fetch("data:image/png;base64,${png}")).blob())
    const canvas = Object.assign(document.createElement("canvas"), { width: image.width, height: image.height })
    canvas.getContext("2d").drawImage(image, 0, 0)
    return canvas.toDataURL("image/webp", 0.9)
  })()`) as string
  await encoder.close()
  return Buffer.from(url.slice(url.indexOf(",") + 1), "base64")
}

interface Picture {
  readonly name: string
  readonly path: string
  readonly ready: string
  readonly view: View
}

const take = async (browser: Browser, base: string, { name, path, ready, view }: Picture): Promise<void> => {
  const opened = await open(browser, base, view)
  await opened.page.goto(path)
  await opened.page.getByText(ready).first().waitFor()
  await settled(opened)
  const file = join(images, `console-${name}.webp`)
  writeFileSync(file, await webp(opened.page))
  if (process.env["PICTURES_PNG"] !== undefined) {
    await opened.page.screenshot({ path: join(process.env["PICTURES_PNG"], `${name}.png`) })
  }
  process.stdout.write(`${file}\n`)
  await opened.close()
}

if (!existsSync(executable)) {
  process.stderr.write(`there is no ${executable}: install chromium (apt-get install chromium), or set CHROMIUM\n`)
  process.exit(1)
}
const demo = await startDemo()
const browser = await launch()
try {
  await submitOrders(demo.base)
  const run = async (orderId: string): Promise<string> =>
    (await get(`${demo.base}/v1/process-events?orderId=${orderId}&limit=1`)).items[0].id
  const pictures: ReadonlyArray<Picture> = [
    { name: "issues", path: "/", ready: "What went wrong", view: { theme: "light" } },
    { name: "overview", path: "/overview", ready: "Failed steps by plugin", view: { theme: "light" } },
    {
      name: "process-event",
      path: `/process-events/${await run("demo-retries")}`,
      ready: "Attempt",
      view: { theme: "dark" }
    },
    { name: "partners", path: "/partners", ready: "Held runs", view: { theme: "light" } }
  ]
  for (const picture of pictures) await take(browser, demo.base, picture)
} finally {
  await browser.close()
  await demo.stop()
}
