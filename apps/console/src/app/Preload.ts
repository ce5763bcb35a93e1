/**
 * Loads every page's code once the first page is shown, so that the console can be used, and reports its state, while
 * the server is away.
 */
import type { AnyRouter } from "@tanstack/react-router"

/** The parts that pages load when they need them. */
const parts: ReadonlyArray<() => Promise<unknown>> = [
  () => import("../components/charts/TimeChart.tsx"),
  () => import("../editor/CodeEditor.ts"),
  () => import("../editor/DiffView.ts")
]

interface Preloads {
  readonly preload?: () => Promise<unknown> | undefined
}

const fetchAll = async (router: AnyRouter): Promise<void> => {
  for (const route of Object.values(router.routesById)) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other, so that what the user asks for comes first
    await (route.options.component as Preloads | undefined)?.preload?.()
  }
  // oxlint-disable-next-line no-await-in-loop -- as above
  for (const part of parts) await part()
}

/** The quiet time after the first page, in milliseconds, before the others are fetched. */
const afterMs = 3000

/** Loads the code of all pages in the background. Called once, when the console begins. */
export const preloadPages = (router: AnyRouter): void => {
  const timer = setInterval(() => {
    clearInterval(timer)
    // A part that could not be fetched now is fetched when it is needed.
    fetchAll(router).catch(() => undefined)
  }, afterMs)
}
