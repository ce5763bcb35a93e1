/** The demo's result: one line for each order, and below it the differences from the expectation. */
import { cut, fit, type Style, wrap } from "@sluice/terminal/Style"
import type { EndedRun } from "../observation/EndedRun.ts"
import { differences } from "./Verdict.ts"
import { finding } from "./WebhookVerdict.ts"

export interface Report {
  readonly lines: ReadonlyArray<string>
  readonly wrong: number
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`

/** Compares every order with its expectation, and reports the result. */
export const report = (orders: ReadonlyArray<EndedRun>, style: Style): Report => {
  const checked = orders.map((ended) => ({ ended, found: differences(ended) }))
  const lines = checked.flatMap(({ ended: { deliveries, heard, processEvent, scenario, seen }, found }) => {
    const verified = deliveries.filter((delivery) => finding(delivery, heard) === "verified").length
    const verdict = found.length === 0 ? style.paint("green", "ok   ") : style.paint("red", "WRONG")
    const end = `${processEvent.state}, partners saw ${counted(seen.length, "request")}, receivers verified ${
      counted(verified, "webhook")
    }`
    return [
      `  ${verdict} ${fit(scenario.name, 13)} ${cut(end, style.width - 23)}`,
      ...found.flatMap((difference) => wrap(difference, style.width - 10).map((line) => `          ${line}`))
    ]
  })
  return { lines, wrong: checked.filter(({ found }) => found.length > 0).length }
}
