/** Chromium, as Debian has it, and pages that complain of what a user would not see: faults, refused styles, strangers. */
import { AxeBuilder } from "@axe-core/playwright"
import { type Browser, type BrowserContext, chromium, type Page, type Request } from "playwright-core"
import { expect, patienceMs, until } from "./Report.ts"

export const executable = process.env["CHROMIUM"] ?? "/usr/bin/chromium"

export const launch = (): Promise<Browser> =>
  chromium.launch({
    executablePath: executable,
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync"
    ]
  })

export interface View {
  readonly width?: number
  readonly theme?: "light" | "dark"
}

export interface Opened {
  readonly page: Page
  readonly context: BrowserContext
  /** The errors of the page and its requests. */
  readonly faults: Array<string>
  /** Requests that have not been answered; streams, which stay open, are none. */
  readonly asking: ReadonlySet<Request>
  readonly close: () => Promise<void>
}

export const open = async (
  browser: Browser,
  base: string,
  { width = 1440, theme = "light" }: View = {}
): Promise<Opened> => {
  const context = await browser.newContext({
    viewport: { width, height: width < 500 ? 844 : 900 },
    colorScheme: theme,
    // What pulses and spins looks otherwise at every moment.
    reducedMotion: "reduce",
    baseURL: base,
    permissions: ["clipboard-read", "clipboard-write"]
  })
  const page = await context.newPage()
  page.setDefaultTimeout(patienceMs)
  const asking = new Set<Request>()
  const faults: Array<string> = []
  page.on("pageerror", (error) => faults.push(`fault: ${error.message}`))
  page.on("console", (message) => {
    // A refused request says so on the page itself.
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) faults.push(message.text())
  })
  page.on("request", (request) => {
    if (!request.url().startsWith(base)) faults.push(`asked a stranger: ${request.url()}`)
    if (!request.url().endsWith("/stream")) asking.add(request)
  })
  page.on("requestfinished", (request) => asking.delete(request))
  page.on("requestfailed", (request) => asking.delete(request))
  return { page, context, faults, asking, close: () => context.close() }
}

/** All that was asked for is there and drawn. */
export const settled = async ({ asking, page }: Pick<Opened, "asking" | "page">): Promise<void> => {
  await until("the page's requests are answered", () => asking.size === 0)
  await page.evaluate("new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))")
  if (asking.size > 0) await settled({ asking, page })
}

/** Labels of time axes that reach into the next one, or beyond their axis. */
const overlappingLabels = `[...document.querySelectorAll(".ticks")].flatMap((axis) => {
  const labels = [...axis.children].filter((label) => label.getBoundingClientRect().width > 0)
  const ends = labels.slice(1).concat(axis).map((next) => next.getBoundingClientRect())
  const end = (i) => i + 1 < labels.length ? ends[i].left : ends[i].right
  return labels.filter((label, i) => label.getBoundingClientRect().right > end(i) + 0.5).map((label) => label.textContent)
})`

/** No finding of axe, nothing wider than the screen, no labels over each other, no fault behind the scenes. */
export const examine = async ({ page, faults }: Opened): Promise<void> => {
  const { violations } = await new AxeBuilder({ page }).analyze()
  expect(
    violations.length === 0,
    violations.map(({ id, nodes }) =>
      `${id}: ${
        nodes.slice(0, 3).map(({ html, failureSummary }) =>
          `${html.slice(0, 160)} ${failureSummary?.split("\n")[1] ?? ""}`
        ).join(" | ")
      }`
    ).join("\n")
  )
  const over = await page.evaluate("document.documentElement.scrollWidth - innerWidth") as number
  expect(over <= 0, `the page is ${over} px wider than the screen`)
  const overlapping = await page.evaluate(overlappingLabels) as ReadonlyArray<string>
  expect(overlapping.length === 0, `labels of a time axis overlap: ${overlapping.join(", ")}`)
  expect(faults.length === 0, faults.join("\n"))
}
