/** The report of one order of the demo: its story, its status, its run, its webhooks. */
import type { DeliveryView } from "@sluice/domain/webhook/Delivery"
import { heading, indented, stepsOf } from "@sluice/terminal/RunTimeline"
import { cut, duration, fit, type Style } from "@sluice/terminal/Style"
import { DateTime } from "effect"
import type { EndedRun } from "../observation/EndedRun.ts"
import { finding } from "./WebhookVerdict.ts"

const epochMs = (iso: string): number => DateTime.toEpochMillis(DateTime.makeUnsafe(iso))

/** Whom a webhook went to, what each attempt met, how long after the event, and whether its receiver believed it. */
const webhook = (delivery: DeliveryView, heard: EndedRun["heard"], style: Style): string => {
  const { attempts, createdAt, endpointId, state, type } = delivery
  const last = attempts.at(-1)
  const took = last === undefined ? 0 : epochMs(last.startedAt) + last.durationMs - epochMs(createdAt)
  const met = attempts.map(({ error, status }) => String(status ?? error?.code)).join(", ")
  const told = `to ${endpointId ?? "a step's address"}: ${met} after ${duration(Math.max(took, 0))}, ${
    finding(delivery, heard)
  }`
  const colour = state === "delivered" ? "green" : "red"
  const room = Math.max(style.width - 5 - type.length - 2 - state.length - 1, 0)
  return `   ${style.paint(colour, "→")} ${style.paint("bold", type)}  ${style.paint("dim", fit(told, room))} ${
    style.paint(colour, state)
  }`
}

/** The lines of one order's story, in the style's width. */
export const timeline = (ended: EndedRun, style: Style): ReadonlyArray<string> => {
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
    ...stepsOf(processEvent, style, ended.partners),
    ...ended.deliveries.map((delivery) => webhook(delivery, ended.heard, style))
  ]
}
