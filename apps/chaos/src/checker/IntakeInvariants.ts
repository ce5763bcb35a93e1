/** The promises to clients that submit and change orders. Contract: sections 3, 7 and 10.1. */
import { isFinal, type RunState } from "@sluice/domain/run/ProcessEvent"
import type { Invariant } from "./Invariant.ts"

/** Answers that a client has to expect of a system that is being killed: accepted, repeated, not now, and no answer. */
const expected: ReadonlySet<number> = new Set([200, 202, 503, 0])

export const stored: Invariant = {
  name: "stored",
  promise: "a 202 names an order and a run that are there (10.1)",
  violations: ({ orders, runs, submissions, retries }) => [
    ...submissions.filter(({ status }) => status === 202).flatMap(({ key, orderId = "", runId = "" }) => {
      if (!orders.has(orderId)) return [`202 for ${key}, but there is no order ${orderId}`]
      return runs.get(runId)?.orderId === orderId ? [] : [`202 for ${key}, but order ${orderId} has no run ${runId}`]
    }),
    ...retries.filter(({ status, runId = "" }) => status === 202 && !runs.has(runId))
      .map(({ retryOf, runId }) => `202 for a retry of ${retryOf}, but there is no run ${runId}`)
  ]
}

/** The number of takeovers without progress after which a run ends `worker-lost`. */
const mostTakeovers = 5

export const ended: Invariant = {
  name: "ended",
  promise: "every run is in a final state, and none was given up before five takeovers without progress (6, 10.1)",
  violations: ({ rows }) => [
    ...rows.runs.filter(({ state }) => !isFinal(state as RunState)).map(({ id, state }) => `run ${id} is ${state}`),
    ...rows.runs.filter(({ reason, takeovers }) => reason === "worker-lost" && takeovers < mostTakeovers)
      .map(({ id, takeovers }) => `run ${id} was given up after ${takeovers} takeovers`)
  ]
}

export const oneOrder: Invariant = {
  name: "one-order",
  promise: "an Idempotency-Key is one order and one run, however often it is sent (7)",
  violations: ({ submissions, rows }) => {
    const answers = Map.groupBy(submissions.filter(({ orderId }) => orderId !== undefined), ({ key }) => key)
    const told = [...answers].flatMap(([key, all]) => {
      const ids = new Set(all.map(({ orderId, runId }) => `${orderId} ${runId}`))
      return ids.size === 1 ? [] : [`${key} was answered with ${[...ids].join(" and with ")}`]
    })
    const kept = Map.groupBy(
      rows.orders.filter((order) => order.idempotencyKey !== null),
      (order) => order.idempotencyKey
    )
    const doubled = [...kept].filter(([, orders]) => orders.length > 1)
      .map(([key, orders]) => `${key} is on ${orders.length} orders`)
    return [...told, ...doubled]
  }
}

export const answers: Invariant = {
  name: "answers",
  promise: "a submission is accepted, recognised, or refused for now: a repeat is no error (7)",
  violations: ({ submissions }) =>
    submissions.filter(({ status }) => !expected.has(status)).map(({ key, status }) => `${key} was answered ${status}`)
}

export const versions: Invariant = {
  name: "versions",
  promise: "an order's versions are 1, 2, 3 and so on, and it stands at the last (3)",
  violations: ({ rows }) =>
    rows.orders.filter(({ version, versions }) =>
      version !== versions.length || versions.some((number, place) => number !== place + 1)
    ).map(({ id, version, versions }) => `order ${id} is at version ${version} and has ${versions.join(", ")}`)
}

/** The tag that a patching partner asked at this path adds to the order. */
export const tagOf = (path: string): string => path.split("/")[2] ?? ""

export const updates: Invariant = {
  name: "updates",
  promise: "no update is lost: what a PATCH or a step's patch added is in the order (3)",
  violations: ({ callsOfOrder, orders, patches, stepsOf }) => {
    const missing = (orderId: string, tag: string) => !orders.get(orderId)?.tags.includes(tag)
    const patched = patches.filter(({ orderId, status, tag }) => status === 200 && missing(orderId, tag))
      .map(({ orderId, tag }) => `the PATCH of ${orderId} with ${tag} was answered 200, and ${tag} is not there`)
    const bySteps = [...callsOfOrder].flatMap(([orderId, calls]) => {
      const patching = new Map(
        calls.filter(({ kind }) => kind === "patch").map((call) => [`${call.runId} ${call.step}`, call])
      )
      return [...patching.values()].flatMap(({ path, runId, step: index }) => {
        const step = stepsOf.get(runId)?.find((one) => one.index === index)
        const tag = tagOf(path)
        return step?.state === "succeeded" && missing(orderId, tag)
          ? [`step ${index} of run ${runId} patched ${orderId} with ${tag}, which is not there`]
          : []
      })
    })
    return [...patched, ...bySteps]
  }
}

export const cancelled: Invariant = {
  name: "cancelled",
  promise: "a run whose cancel was answered 200 ends cancelled (7)",
  violations: ({ cancels, runs }) =>
    cancels.filter(({ status }) => status === 200).flatMap(({ compensates, runId }) => {
      const { cancelRequested, pipeline, state } = runs.get(runId) ?? {}
      return state === "cancelled" || (compensates && state === "compensation-failed")
        ? []
        : [
          `the cancel of run ${runId} was answered 200, and it ended ${state} (${pipeline}, stored: ${cancelRequested})`
        ]
    })
}
