/** The findings of repeated requests about a partner's idempotency and speed. Pure. */
import type { RecordedResponse } from "@sluice/domain/callout/CalloutRecord"
import { answerOf, sameAnswer } from "./Answered.ts"
import type { Finding } from "./PartnerReport.ts"
import type { Played } from "./Play.ts"

const said = (response: RecordedResponse | undefined): string =>
  response === undefined ? "nothing" : String(response.status)

const consequence = "after a crash or a lost answer Sluice sends the same bytes under the same key again"

/**
 * The findings about an order that was sent again with the same key and bytes. `other`: the order under another key.
 */
export const repeatFindings = (first: Played, repeated: Played, other: Played | undefined): ReadonlyArray<Finding> => {
  const [before, after] = [answerOf(first), answerOf(repeated)]
  if (before === undefined || before.status < 200 || before.status > 299) {
    const message = `the first was answered ${said(before)}: how a repetition of finished work is taken is not known`
    return [{ level: "note", rule: "idempotency", message }]
  }
  if (sameAnswer(before, after)) {
    return [
      other !== undefined && !sameAnswer(before, answerOf(other))
        ? { level: "ok", rule: "idempotency", message: "the same answer again, and another one under another key" }
        : {
          level: "note",
          rule: "idempotency",
          message:
            "the same answer again; under another key too, so it cannot be seen from outside whether the work is "
            + "done once"
        }
    ]
  }
  if (after?.status === 409 || after?.status === 422) {
    return [{
      level: "fail",
      rule: "idempotency",
      message: `answered ${after.status} to a repetition of what it answered with ${said(before)}: ${consequence}, and `
        + "would never learn what was done"
    }]
  }
  return [{
    level: "fail",
    rule: "idempotency",
    message:
      `another answer to the same bytes under the same key (${said(before)}, then ${said(after)}): ${consequence}, `
      + "and the work would be done twice"
  }]
}

/**
 * The findings about a request with the same key and other bytes, which Sluice itself never sends: the reaction shows
 * what the partner compares.
 */
export const changedFindings = (
  first: Played,
  changed: Played,
  other: Played | undefined
): ReadonlyArray<Finding> => {
  const answer = answerOf(changed)
  if (answer === undefined) return [{ level: "note", rule: "idempotency", message: "no answer" }]
  if (answer.status >= 400 && answer.status < 500) {
    return [{
      level: "ok",
      rule: "idempotency",
      message: `refused with ${answer.status}: the key is held to its bytes`
    }]
  }
  if (sameAnswer(answerOf(first), answer) && other !== undefined && sameAnswer(answerOf(first), answerOf(other))) {
    return [{ level: "note", rule: "idempotency", message: "the same answer as to everything else" }]
  }
  return [
    sameAnswer(answerOf(first), answer)
      ? { level: "ok", rule: "idempotency", message: "the first answer again: the key is not used for anything else" }
      : {
        level: "note",
        rule: "idempotency",
        message: "worked on as if it were new; Sluice never does this, another client of yours might"
      }
  ]
}

/** The time below which so many percent of the values are; values ascending, at least one. */
const percentile = (values: ReadonlyArray<number>, percent: number): number =>
  values[Math.min(values.length - 1, Math.ceil(values.length * percent / 100) - 1)] ?? 0

/** The findings about speed. `durations`: milliseconds of each request, sent one after another. */
export const speedFindings = (durations: ReadonlyArray<number>, timeoutMs: number): ReadonlyArray<Finding> => {
  const sorted = durations.toSorted((a, b) => a - b)
  const [half, longest] = [percentile(sorted, 50), sorted.at(-1) ?? 0]
  const measured = `${sorted.length} requests one after another: median ${Math.round(half)} ms, longest ${
    Math.round(longest)
  } ms, of ${timeoutMs} ms`
  return [
    longest >= timeoutMs
      ? { level: "fail", rule: "speed", message: `too slow; ${measured}` }
      : longest > timeoutMs / 2
      ? { level: "warn", rule: "speed", message: `more than half of its time; ${measured}` }
      : { level: "ok", rule: "speed", message: measured }
  ]
}
