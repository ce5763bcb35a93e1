/**
 * Answers normally most of the time and fails in every possible way otherwise; the failure is chosen at random, and is
 * the same for the same seed, order, path and number of the request. 60 of 100 requests are accepted.
 */
import { nonsense } from "../Instruction.ts"
import type { Partner } from "../Partner.ts"
import { after, cut, hang, json, type Reply, reset, withHeaders } from "../Reply.ts"
import { defaultSeed, dice } from "../Seed.ts"
import { accepted } from "../WorkflowAnswer.ts"

/** Each holds for throws below its number. */
const throws: ReadonlyArray<readonly [below: number, reply: Reply]> = [
  [60, accepted],
  [70, json(503, { error: "try again later" })],
  [77, reset],
  [84, after(3000, accepted)],
  [89, withHeaders({ "retry-after": "1" }, json(429, { error: "slow down" }))],
  [94, nonsense.html],
  [98, cut(`{ "OrderActionExecutionResults": [] }`)],
  [100, hang]
]

export const makeChaotic = (seed = defaultSeed): Partner => ({
  name: "chaotic",
  reply: ({ number, order, path }) => {
    const thrown = dice(seed, order.id ?? "", path, number)
    return throws.find(([below]) => thrown < below)?.[1] ?? accepted
  }
})
