/** A report as people read it. Pure; no colours, so that it can be kept in a file. */
import type { CheckedAttempt, CheckedCase, Level, OrderEffect, PartnerReport } from "./PartnerReport.ts"

const marks: Readonly<Record<Level, string>> = { ok: "ok  ", note: "note", warn: "WARN", fail: "FAIL" }

const duration = (ms: number): string => ms >= 1000 ? `${(ms / 1000).toFixed(2)} s` : `${Math.round(ms)} ms`

const attempt = (one: CheckedAttempt): string => {
  const answer = one.status === undefined
    ? "no answer"
    : [one.status, one.contentType, `${one.bytes ?? 0} bytes`].filter((part) => part !== undefined).join(", ")
  const end = `${one.outcome}${one.unknown === true ? ", unknown" : ""}`
  return `  #${one.number}  ${answer}, ${one.assumed === true ? "not sent again" : duration(one.durationMs)} → ${end}`
}

const value = (json: unknown): string => {
  const text = json === undefined ? "nothing" : JSON.stringify(json)
  return text.length > 60 ? `${text.slice(0, 59)}…` : text
}

const effect = ({ error, notedOnOrder, patch, run, status, step }: OrderEffect): ReadonlyArray<string> => [
  [
    `step ${step}, run ${run}`,
    status.before === status.after ? `status stays ${status.after}` : `status ${status.before} → ${status.after}`,
    ...(notedOnOrder ? ["noted in errors[]"] : [])
  ].join(", "),
  ...(error === undefined ? [] : [`error: ${error}`]),
  ...patch.map(({ after, before, path }) => `${path}: ${value(before)} → ${value(after)}`)
]

const policies = (step: PartnerReport["step"]) =>
  step === "WebhookWorkflowStep" ? ["StopOnError true", "StopOnError false"] : ["critical true", "critical false"]

const block = (label: string, lines: ReadonlyArray<string>): ReadonlyArray<string> =>
  lines.map((line, index) => `  ${(index === 0 ? `${label}:` : "").padEnd(19)}${line}`)

const effects = ({ critical, tolerant }: CheckedCase, step: PartnerReport["step"]): ReadonlyArray<string> => {
  if (critical === undefined || tolerant === undefined) return []
  const [strict = "", lax = ""] = policies(step)
  const [one, other] = [effect(critical), effect(tolerant)]
  return one.join("\n") === other.join("\n") ? block("either way", one) : [...block(strict, one), ...block(lax, other)]
}

const checked = (one: CheckedCase, step: PartnerReport["step"]): ReadonlyArray<string> => [
  `${one.name}: ${one.title}`,
  ...one.attempts.map(attempt),
  ...effects(one, step),
  ...one.findings.map(({ level, message }) => `  ${marks[level]}  ${message}`),
  ""
]

const verdicts: Readonly<Record<PartnerReport["verdict"], string>> = {
  ready: "Ready: nothing was found against it.",
  careful: "Careful: it works, and what is marked WARN will hurt some day.",
  broken: "Broken: what is marked FAIL would lose orders, stop them, or have work done twice."
}

export const render = (report: PartnerReport): string =>
  [
    `${report.url}, as ${report.step} calls it, ${duration(report.timeoutMs)} for an answer`,
    "",
    ...report.cases.flatMap((one) => checked(one, report.step)),
    verdicts[report.verdict]
  ].join("\n")
