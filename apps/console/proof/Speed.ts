/** Times and weights: the first load, a large process event, a long list, and the cost of a viewer to the server. */
import type { Browser } from "playwright-core"
import { open, settled } from "./Browser.ts"
import { type Shown, submitHanging } from "./Data.ts"
import { check, expect, measure, until } from "./Report.ts"
import type { Sluice } from "./Sluice.ts"

/** Machines that others use as well are slower now and then: the best of so many rounds counts. */
const rounds = 3

const best = async (run: () => Promise<number>): Promise<number> => {
  const times: Array<number> = []
  for (let round = 0; round < rounds; round++) times.push(await run())
  return Math.min(...times)
}

/** The time for which a viewer's requests are counted. */
const viewedSeconds = 20

/** Scrolls the list for two seconds, and gives the time between frames. */
const scrolling = `new Promise((resolve) => {
  const list = document.querySelector("[data-list]")
  const times = []
  const begun = performance.now()
  const step = (at) => {
    times.push(at)
    list.scrollTop += (list.scrollTop < 600 ? 1 : -1) * 300
    if (at - begun < 2000) requestAnimationFrame(step)
    else resolve(times.slice(1).map((one, index) => one - times[index]))
  }
  requestAnimationFrame(step)
})`

/** `12,345+ rows` */
const rowsOf = (text: string): number => Number(text.replaceAll(/\D/g, ""))

export const speed = async (browser: Browser, sluice: Sluice, shown: Shown, many: number): Promise<void> => {
  await check("the first load is at most 250 KB with gzip", async () => {
    const opened = await open(browser, sluice.base)
    const { page, close } = opened
    const names: Array<string> = []
    page.on("response", (response) => {
      const { pathname } = new URL(response.url())
      if (pathname.startsWith("/assets/")) names.push(pathname)
    })
    await page.goto("/")
    await page.getByRole("row", { name: /failing/ }).first().waitFor()
    await settled(opened)
    const sizes = await Promise.all([...new Set(names)].map(async (name) => {
      const answer = await fetch(`${sluice.base}${name}`, { headers: { "accept-encoding": "gzip" } })
      return Number(answer.headers.get("content-length"))
    }))
    const kilobytes = sizes.reduce((sum, size) => sum + size, 0) / 1000
    await close()
    expect(kilobytes <= 250, `${kilobytes.toFixed(0)} KB`)
    return `${kilobytes.toFixed(0)} KB in ${names.length} files`
  })

  await measure("it is interactive", "within 1000 ms", async () => {
    const ms = await best(async () => {
      const { page, close } = await open(browser, sluice.base)
      const begun = performance.now()
      await page.goto("/", { waitUntil: "commit" })
      await page.getByRole("row", { name: /failing/ }).first().waitFor()
      const took = performance.now() - begun
      await close()
      return took
    })
    return { said: `${ms.toFixed(0)} ms to the issues, with an empty cache`, met: ms <= 1000 }
  })

  await measure("a process event of 100 callouts of 100 KB opens", "within 1000 ms", async () => {
    const { page, close } = await open(browser, sluice.base)
    await page.goto("/process-events")
    const ms = await best(async () => {
      await page.goto("about:blank")
      const begun = performance.now()
      await page.goto(`/process-events/${shown.large}`, { waitUntil: "commit" })
      await page.getByRole("group", { name: "response body" }).waitFor()
      return performance.now() - begun
    })
    await close()
    return { said: `${ms.toFixed(0)} ms to the body of a response`, met: ms <= 1000 }
  })

  const { page, close } = await open(browser, sluice.base)
  await check(`a list of ${many} rows is walked to its end`, async () => {
    await page.goto("/orders")
    await page.getByRole("link", { name: /order-/ }).first().waitFor()
    const list = page.locator("[data-list]")
    await list.focus()
    const foot = page.locator(".table .foot")
    for (let text = await foot.innerText(); !text.includes("that is all");) {
      const before = rowsOf(text)
      await page.keyboard.press("End")
      await until("more rows, or their end", async () => {
        text = await foot.innerText()
        return rowsOf(text) > before || text.includes("that is all")
      })
    }
    const rows = rowsOf(await foot.innerText())
    expect(rows >= many, `only ${rows} rows came`)
  })

  await measure("it scrolls without stumbling", "at least 45 frames/s", async () => {
    let fps = 0
    let late = ""
    for (let round = 0; round < rounds && fps < 55; round++) {
      const frames = await page.evaluate(scrolling) as ReadonlyArray<number>
      const seen = 1000 / (frames.reduce((sum, one) => sum + one, 0) / frames.length)
      if (seen > fps) {
        fps = seen
        late = `${frames.filter((one) => one > 34).length} of ${frames.length} frames late`
      }
    }
    await close()
    return { said: `${fps.toFixed(0)} frames/s, ${late}`, met: fps >= 45 }
  })

  await check("a viewer asks at most once a second, by the page's own clock", async () => {
    const counted: Array<string> = []
    const id = await submitHanging(sluice)
    for (const path of ["/", "/overview", "/orders", "/process-events", `/process-events/${id}`, "/deliveries"]) {
      const opened = await open(browser, sluice.base)
      await opened.page.clock.install()
      await opened.page.goto(path)
      await opened.page.clock.runFor(2000)
      await settled(opened)
      let asked = 0
      // The code of all pages is fetched once, after the first page.
      opened.page.on("request", (request) => {
        if (!new URL(request.url()).pathname.startsWith("/assets/")) asked++
      })
      for (let second = 0; second < viewedSeconds; second++) {
        await opened.page.clock.runFor(1000)
        await settled(opened)
      }
      await opened.close()
      counted.push(`${path.slice(0, 18)} ${(asked / viewedSeconds).toFixed(1)}`)
      expect(asked <= viewedSeconds, `${path} asked ${asked} times in ${viewedSeconds} s`)
    }
    await sluice.request("POST", `/v1/process-events/${id}/cancel`, {})
    return counted.join(", ")
  })
}
