/** What happened to one order, for people: a heading, each step with its attempts, reasons and changes. */
import type { CalloutView, PatchedMember } from "@sluice/domain/CalloutRecord"
import type { DeliveryView } from "@sluice/domain/Delivery"
import type { ProcessEvent, RunState, StepState, StepView } from "@sluice/domain/ProcessEvent"
import { DateTime } from "effect"
import type { Ended } from "./Ended.ts"
import { type Colour, cut, duration, fit, type Style, wrap } from "./Style.ts"
import { finding } from "./WebhookVerdict.ts"

const stepLook: Readonly<Record<StepState, readonly [mark: string, colour: Colour]>> = {
  pending: ["·", "dim"],
  running: ["·", "dim"],
  succeeded: ["✓", "green"],
  warning: ["!", "yellow"],
  failed: ["✗", "red"],
  skipped: ["–", "dim"],
  cancelled: ["–", "yellow"]
}

/** The colour of a run's state. */
export const runColour = (state: RunState): Colour =>
  state === "completed" ? "green" : state === "cancelled" ? "yellow" : "red"

/** The mark and colour of a step's state. */
export const stepMark = (state: StepState): readonly [string, Colour] => stepLook[state]

const epochMs = (iso: string): number => DateTime.toEpochMillis(DateTime.makeUnsafe(iso))

/** The endpoint with the partner's name for its origin, which tells partners apart better than their ports do. */
const place = (endpoint: string, partners: Ended["partners"]): string => {
  const partner = Object.entries(partners).find(([, origin]) => endpoint.startsWith(`${origin}/`))
  return partner === undefined ? endpoint : `${partner[0]} ${endpoint.slice(partner[1].length)}`
}

/** What an attempt met, in a word or two: the outcome, and why it was unreachable. */
export const outcomeOf = (callout: CalloutView): string =>
  callout.error?.code === undefined ? callout.outcome : `${callout.outcome} (${callout.error.code})`

const heading = (ended: Ended, style: Style): string => {
  const { processEvent, scenario } = ended
  const took = processEvent.durationMs === undefined ? "" : ` in ${duration(processEvent.durationMs)}`
  const end = `${processEvent.state}${took}`
  const title = cut(scenario.title, Math.max(style.width - end.length - 8, 10))
  const rule = "━".repeat(Math.max(style.width - title.length - end.length - 5, 1))
  return `${style.paint("dim", "━━")} ${style.paint("bold", title)} ${style.paint("dim", rule)} ${
    style.paint(runColour(processEvent.state), end)
  }`
}

const indented = (text: string, indent: number, style: Style, colour: Colour): ReadonlyArray<string> =>
  wrap(text, style.width - indent).map((line) => " ".repeat(indent) + style.paint(colour, line))

/** Why a step is in its state, hung under what it is about. */
const because = (text: string, style: Style, colour: Colour): ReadonlyArray<string> =>
  wrap(text, style.width - 8).map((line, index) =>
    `      ${style.paint("dim", index === 0 ? "╰" : " ")} ${style.paint(colour, line)}`
  )

const attempt = (callout: CalloutView, start: number, partners: Ended["partners"], style: Style): string => {
  const ms = Math.max(epochMs(callout.startedAt) - start, 0)
  const at = fit(`+${duration(ms)}`, 9)
  const number = fit(`#${callout.attempt}`, 3)
  const status = fit(callout.response === undefined ? "–" : String(callout.response.status), 4)
  const outcome = fit(outcomeOf(callout), 21)
  const took = duration(callout.durationMs).padStart(8)
  const fixed = 6 + 9 + 1 + 3 + 1 + 1 + 4 + 1 + 21 + 1 + 8
  const where = fit(`${callout.request.method} ${place(callout.endpoint, partners)}`, style.width - fixed)
  const colour = callout.outcome === "succeeded" ? "green" : "red"
  return `      ${style.paint("dim", at)} ${number} ${where} ${status} ${style.paint(colour, outcome)} ${
    style.paint("dim", took)
  }`
}

const json = (value: unknown): string => value === undefined ? "nothing" : JSON.stringify(value)

const change = (member: PatchedMember, style: Style): string => {
  const room = Math.max(Math.floor((style.width - 14 - member.path.length) / 2), 10)
  return `      ${style.paint("cyan", member.path)}  ${cut(json(member.before), room)} → ${
    style.paint("cyan", cut(json(member.after), room))
  }`
}

/** What went wrong: the step's error or, where it is none for the step, what its last attempt met. */
const fault = (step: StepView): string | undefined => step.error?.message ?? step.callouts.at(-1)?.error?.message

const stepLines = (step: StepView, start: number, partners: Ended["partners"], style: Style): ReadonlyArray<string> => {
  const [mark, colour] = stepMark(step.state)
  const wrong = fault(step)
  const plugin = step.name === step.id ? "" : `${step.name}, `
  const what = `${plugin}${step.critical ? "critical" : "not critical"}`
  const name = cut(step.id, style.width - 20)
  const room = Math.max(style.width - 5 - name.length - 2 - step.state.length - 1, 0)
  return [
    `   ${style.paint(colour, mark)} ${style.paint("bold", name)}  ${style.paint("dim", fit(what, room))} ${
      style.paint(colour, step.state)
    }`,
    ...step.callouts.map((callout) => attempt(callout, start, partners, style)),
    ...step.callouts.flatMap((callout) => (callout.patch ?? []).map((member) => change(member, style))),
    ...(wrong === undefined ? [] : because(wrong, style, colour)),
    ...(step.reason === undefined || step.reason === wrong ? [] : because(step.reason, style, "dim"))
  ]
}

/** Whom a webhook went to, what each attempt met, how long after the event, and whether its receiver believed it. */
const webhook = (delivery: DeliveryView, heard: Ended["heard"], style: Style): string => {
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

const startOf = (processEvent: ProcessEvent): number => epochMs(processEvent.startedAt ?? processEvent.createdAt)

/** The lines of one order's story, in the style's width. */
export const timeline = (ended: Ended, style: Style): ReadonlyArray<string> => {
  const { order, processEvent, scenario } = ended
  const start = startOf(processEvent)
  const submitted = String(scenario.order["status"] ?? "New")
  const status = String(order["status"])
  const path = status === submitted ? status : `${submitted} → ${status}`
  const rest = `, version ${String(order["version"])}, order ${String(order["id"])}`
  return [
    heading(ended, style),
    ...indented(scenario.story, 3, style, "dim"),
    `   status ${style.paint("bold", path)}${
      style.paint("dim", cut(rest, Math.max(style.width - 10 - path.length, 1)))
    }`,
    ...(processEvent.reason === undefined ? [] : indented(processEvent.reason, 3, style, "dim")),
    ...processEvent.steps.flatMap((step) => stepLines(step, start, ended.partners, style)),
    ...ended.deliveries.map((delivery) => webhook(delivery, ended.heard, style))
  ]
}
