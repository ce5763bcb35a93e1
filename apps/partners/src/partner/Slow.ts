/** Answers correctly but late: `/after/<milliseconds>`, any other path after 10 s. */
import type { Partner } from "../Partner.ts"
import { after, json } from "../Reply.ts"

const defaultDelayMs = 10_000
const longestDelayMs = 600_000

export const slow: Partner = {
  name: "slow",
  reply: ({ path }) => {
    const asked = /^\/after\/(\d{1,6})$/.exec(path)?.[1]
    const delayMs = asked === undefined ? defaultDelayMs : Math.min(Number(asked), longestDelayMs)
    return after(delayMs, json(200, { answeredAfterMs: delayMs }))
  }
}
