/** The findings about the answer to an order: rules over what the engine recorded and decided. Pure. */
import { answerOf, textOf, workflowAnswerOf } from "./Answered.ts"
import type { CheckedStep } from "./CheckedSettings.ts"
import type { Finding, Level } from "./PartnerReport.ts"
import type { Played } from "./Play.ts"

export interface Judged {
  readonly played: Played
  readonly step: CheckedStep
  readonly timeoutMs: number
  /** The order that an ordinary day brings: a partner that fails it fails. */
  readonly ordinary: boolean
}

const finding = (level: Level, rule: string, message: string): Finding => ({ level, rule, message })

const attemptsIn = (count: number): string => count === 1 ? "one attempt" : `${count} attempts`

/** The finding for a missing answer: the obstacle. */
const unanswered = ({ played, timeoutMs }: Judged): ReadonlyArray<Finding> => {
  const last = played.records.at(-1)
  if (last === undefined) return [finding("fail", "reachable", played.step.reason ?? "no request could be made")]
  if (last.response !== undefined) return []
  const tried = attemptsIn(played.records.length)
  if (last.outcome === "timed-out") {
    return [finding(
      "fail",
      "speed",
      `no full answer within ${timeoutMs} ms in ${tried}; it is not known whether the work was done (unknown: true)`
    )]
  }
  return [finding("fail", "reachable", `${last.outcome} after ${tried}: ${last.error?.message ?? "no answer"}`)]
}

const retried = ({ played }: Judged): ReadonlyArray<Finding> => {
  const last = played.records.at(-1)
  const failures = played.records.slice(0, -1).map(({ error, outcome, response }) =>
    response === undefined
      ? `${outcome}${error?.code === undefined ? "" : ` (${error.code})`}`
      : String(response.status)
  )
  return last?.outcome === "succeeded" && failures.length > 0
    ? [finding(
      "warn",
      "retries",
      `well only at attempt ${last.attempt}, after ${
        failures.join(", ")
      }: an order waits 1, 5 and 15 s between attempts`
    )]
    : []
}

const workflowStatus = (judged: Judged, status: number): ReadonlyArray<Finding> => {
  const grave: Level = judged.ordinary ? "fail" : "warn"
  if (status >= 300 && status < 400) {
    return [finding("fail", "redirect", `answered ${status}: redirects are never followed; give the final address`)]
  }
  if (status === 401 || status === 403) {
    return [finding("fail", "credentials", `answered ${status}: check the connector's credentials`)]
  }
  if (status === 400 || status === 404) {
    return [finding(
      "warn",
      "status",
      `answered ${status}, which fails the step at once and is never retried; to refuse an order for good reasons answer `
        + "200 with CancelWorkflow and an ErrorReason"
    )]
  }
  if (status === 413) return [finding("warn", "status", "answered 413: it takes no order of this size")]
  return [
    finding(grave, "status", `answered ${status}, which was retried ${attemptsIn(judged.played.records.length)} long`)
  ]
}

const calloutStatus = ({ played }: Judged, status: number): ReadonlyArray<Finding> =>
  status < 300
    ? []
    : played.step.state === "succeeded"
    ? [finding("warn", "status", `answered ${status}, which counts as success: list it in shouldRejectOn.status`)]
    : [finding("note", "status", `answered ${status}, which is listed in shouldRejectOn.status`)]

const statusFindings = (judged: Judged): ReadonlyArray<Finding> => {
  const status = answerOf(judged.played)?.status
  if (status === undefined) return []
  if (judged.step === "calloutPlugin") return calloutStatus(judged, status)
  return status >= 200 && status < 300 ? [] : workflowStatus(judged, status)
}

/** The finding about the meaning of the answer to a workflow step. */
const meaning = (judged: Judged): ReadonlyArray<Finding> => {
  const { played } = judged
  const answer = workflowAnswerOf(played)
  if (judged.step === "calloutPlugin" || answer === undefined) return []
  const unknown = answer._tag === "Malformed" ? [] : Object.keys(answer.unknown ?? {})
  const strangers = unknown.length === 0
    ? []
    : [finding("warn", "unknown-members", `members that mean nothing and are ignored: ${unknown.join(", ")}`)]
  switch (answer._tag) {
    case "Malformed":
      return [finding(
        "fail",
        "json",
        `not an answer that can be read: ${answer.message}; never retried, and none of it is applied`
      )]
    case "CancelWorkflow":
      return [
        finding("note", "cancel", `the partner refuses this order: ${answer.reason}`),
        ...(answer.patch === undefined
          ? []
          : [finding("warn", "patch", "an OrderPatch came with CancelWorkflow: it is recorded, and not applied")]),
        ...strangers
      ]
    case "Success":
      return [...patched(judged, answer.patch !== undefined), ...strangers]
  }
}

const patched = ({ played }: Judged, brought: boolean): ReadonlyArray<Finding> => {
  if (!brought) return [finding("ok", "patch", "accepted, and changes nothing")]
  if (played.step.state === "warning") {
    return [finding("note", "patch", `the OrderPatch was not applied: ${played.step.reason ?? ""}`)]
  }
  const changes = played.records.at(-1)?.patch ?? []
  return changes.length === 0
    ? [finding("note", "patch", "the OrderPatch says what the order says already")]
    : [finding("ok", "patch", `the OrderPatch changes ${changes.map(({ path }) => path).join(", ")}`)]
}

const form = ({ played, step }: Judged): ReadonlyArray<Finding> => {
  const response = answerOf(played)
  if (response === undefined) return []
  if (response.truncated === true) {
    const length = response.length === undefined ? "more than 1 MiB" : `${response.length} bytes`
    return [finding(step === "calloutPlugin" ? "warn" : "fail", "size", `answered with ${length}: only 1 MiB is read`)]
  }
  const contentType = response.headers["content-type"]
  return textOf(response).trim() === "" || /\bjson\b/i.test(contentType ?? "")
    ? []
    : [finding("warn", "content-type", `answered with ${contentType ?? "no content-type"} instead of application/json`)]
}

/** More than half of the time that it has. */
const slowness = ({ played, timeoutMs }: Judged): ReadonlyArray<Finding> => {
  const longest = Math.max(0, ...played.observations.map(({ durationMs }) => durationMs))
  return answerOf(played) !== undefined && longest > timeoutMs / 2
    ? [finding("warn", "speed", `took ${Math.round(longest)} ms of the ${timeoutMs} ms that it has`)]
    : []
}

/** All findings about a partner; a single `ok` if there is nothing against it. */
export const findingsOf = (judged: Judged): ReadonlyArray<Finding> => {
  const found = [
    ...unanswered(judged),
    ...statusFindings(judged),
    ...form(judged),
    ...meaning(judged),
    ...retried(judged),
    ...slowness(judged)
  ]
  return found.length > 0 ? found : [finding("ok", "status", `answered ${answerOf(judged.played)?.status}`)]
}
