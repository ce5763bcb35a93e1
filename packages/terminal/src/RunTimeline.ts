/** The report of one run for people: a heading, and each step with its attempts, reasons and changes. */
import type { CalloutView, PatchedMember } from "@sluice/domain/callout/CalloutRecord"
import {
  isFinal,
  type ProcessEvent,
  type RunState,
  type StepState,
  type StepView
} from "@sluice/domain/run/ProcessEvent"
import { DateTime } from "effect"
import { type Colour, cut, duration, fit, type Style, wrap } from "./Style.ts"

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
  state === "completed" ? "green" : state === "cancelled" || !isFinal(state) ? "yellow" : "red"

/** The mark and colour of a step's state. */
export const stepMark = (state: StepState): readonly [string, Colour] => stepLook[state]

const epochMs = (iso: string): number => DateTime.toEpochMillis(DateTime.makeUnsafe(iso))

/** The origins of partners, by their display names. */
export type Partners = Readonly<Record<string, string>>

/** The endpoint without its scheme; with the partner's name for its origin, where there is one. */
const place = (endpoint: string, partners: Partners): string => {
  const partner = Object.entries(partners).find(([, origin]) => endpoint.startsWith(`${origin}/`))
  return partner === undefined
    ? endpoint.replace(/^https?:\/\//, "")
    : `${partner[0]} ${endpoint.slice(partner[1].length)}`
}

/** The result of an attempt in a word or two: the outcome, and why the partner was unreachable. */
export const outcomeOf = (callout: CalloutView): string =>
  callout.error?.code === undefined ? callout.outcome : `${callout.outcome} (${callout.error.code})`

/** A rule across the screen with a title and the state of the run. */
export const heading = (
  title: string,
  { durationMs, state }: Pick<ProcessEvent, "durationMs" | "state">,
  style: Style
): string => {
  const took = durationMs === undefined ? "" : ` in ${duration(durationMs)}`
  const end = `${state}${took}`
  const shown = cut(title, Math.max(style.width - end.length - 8, 10))
  const rule = "━".repeat(Math.max(style.width - shown.length - end.length - 5, 1))
  return `${style.paint("dim", "━━")} ${style.paint("bold", shown)} ${style.paint("dim", rule)} ${
    style.paint(runColour(state), end)
  }`
}

/** Wraps a text to the style's width and indents it by so many columns. */
export const indented = (text: string, indent: number, style: Style, colour: Colour): ReadonlyArray<string> =>
  wrap(text, style.width - indent).map((line) => " ".repeat(indent) + style.paint(colour, line))

/** Why a step is in its state, hung under what it is about. */
const because = (text: string, style: Style, colour: Colour): ReadonlyArray<string> =>
  wrap(text, style.width - 8).map((line, index) =>
    `      ${style.paint("dim", index === 0 ? "╰" : " ")} ${style.paint(colour, line)}`
  )

const attempt = (callout: CalloutView, start: number, partners: Partners, style: Style): string => {
  const ms = Math.max(epochMs(callout.startedAt) - start, 0)
  const at = fit(`+${duration(ms)}`, 9)
  const number = fit(`#${callout.attempt}`, 3)
  const status = fit(callout.response === undefined ? "–" : String(callout.response.status), 4)
  const outcome = fit(outcomeOf(callout), 21)
  const took = duration(callout.durationMs).padStart(8)
  const fixed = 6 + 9 + 1 + 3 + 1 + 1 + 4 + 1 + 21 + 1 + 8
  const where = fit(
    `${callout.request?.method ?? "callback"} ${place(callout.endpoint, partners)}`,
    style.width - fixed
  )
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

/** The failure of a step: its error or, if it has none, that of its last attempt. */
const fault = (step: StepView): string | undefined => step.error?.message ?? step.callouts.at(-1)?.error?.message

const stepLines = (step: StepView, start: number, partners: Partners, style: Style): ReadonlyArray<string> => {
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

const startOf = (processEvent: ProcessEvent): number => epochMs(processEvent.startedAt ?? processEvent.createdAt)

/** The lines of a run's steps, in the style's width; times count from the run's start. */
export const stepsOf = (processEvent: ProcessEvent, style: Style, partners: Partners = {}): ReadonlyArray<string> => [
  ...(processEvent.reason === undefined ? [] : indented(processEvent.reason, 3, style, "dim")),
  ...processEvent.steps.flatMap((step) => stepLines(step, startOf(processEvent), partners, style))
]
