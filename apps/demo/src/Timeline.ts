/** What happened to one order of the demo, for people: what it is about, its status, and its run. */
import { heading, indented, stepsOf } from "@sluice/terminal/RunTimeline"
import { cut, type Style } from "@sluice/terminal/Style"
import type { Ended } from "./Ended.ts"

/** The lines of one order's story, in the style's width. */
export const timeline = (ended: Ended, style: Style): ReadonlyArray<string> => {
  const { order, processEvent, scenario } = ended
  const submitted = String(scenario.order["status"] ?? "New")
  const status = String(order["status"])
  const path = status === submitted ? status : `${submitted} → ${status}`
  const rest = `, version ${String(order["version"])}, order ${String(order["id"])}`
  return [
    heading(scenario.title, processEvent, style),
    ...indented(scenario.story, 3, style, "dim"),
    `   status ${style.paint("bold", path)}${
      style.paint("dim", cut(rest, Math.max(style.width - 10 - path.length, 1)))
    }`,
    ...stepsOf(processEvent, style, ended.partners)
  ]
}
