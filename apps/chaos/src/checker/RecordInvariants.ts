/** The promises about records: attempts, steps, and the results of a run. Contract: sections 5, 8 and 9. */
import { derivedFrom, type Invariant } from "./Invariant.ts"
import { unexplained } from "./Provenance.ts"

/** The completed runs of the chaos pipelines have one step for each that was defined. */
export const recorded: Invariant = {
  name: "recorded",
  promise: "every attempt that reached a partner has a record, an interrupted one at least (5, 10.2)",
  violations: ({ calloutsOfKey, callsOfKey, runs }) =>
    [...callsOfKey].flatMap(([key, calls]) => {
      const records = calloutsOfKey.get(key) ?? []
      const [first] = calls
      // A run that no process could continue ends as it is.
      if (first !== undefined && runs.get(first.runId)?.reason === "worker-lost") return []
      if (records.length < calls.length) {
        return [`${key} reached its partner ${calls.length} times and has ${records.length} records`]
      }
      const attempts = new Set(records.map(({ attempt }) => attempt))
      return calls.flatMap(({ deliveryCount }) =>
        deliveryCount === undefined || attempts.has(deliveryCount)
          ? []
          : [`attempt ${deliveryCount} under ${key} has no record`]
      )
    })
}

export const outcomes: Invariant = {
  name: "outcomes",
  promise: "every record has an outcome, each attempt one record, and an answer on record was given (5)",
  violations: ({ callsOfKey, calloutsOfKey, rows }) => {
    const open = rows.callouts.filter(({ outcome }) => outcome === null)
      .map(({ attempt, key }) => `attempt ${attempt} under ${key} has no outcome`)
    const sums = [...calloutsOfKey].flatMap(([key, records]) => {
      const numbers = records.map(({ attempt, runId }) => `${runId} ${attempt}`)
      if (new Set(numbers).size < numbers.length) return [`${key} has two records of one attempt`]
      const given = Map.groupBy(callsOfKey.get(key) ?? [], ({ answer }) => answer)
      return [...Map.groupBy(records.filter(({ status }) => status !== null), ({ status }) => status)].flatMap(
        ([status, answered]) => {
          const calls = (given.get(status ?? 0)?.length ?? 0)
            + (status === 200 ? (given.get("Flood")?.length ?? 0) + (given.get("Drip")?.length ?? 0) : 0)
          return answered.length > calls
            ? [`${key} has ${answered.length} records of a ${status} that was given ${calls} times`]
            : []
        }
      )
    })
    return [...open, ...sums]
  }
}

export const steps: Invariant = {
  name: "steps",
  promise: "a run has each of its steps once, without a gap, and each with an end (8)",
  violations: ({ rows, stepsOf }) =>
    rows.runs.flatMap(({ id, reason, state }) => {
      if (state !== "completed" && state !== "failed" || reason === "worker-lost") return []
      // Compensations stand behind all steps, those that were never begun included.
      const found = (stepsOf.get(id) ?? []).filter(({ phase }) => phase !== "compensation").map(({ index }) => index)
        .toSorted((a, b) => a - b)
      return found.length > 0 && found.every((index, place) => index === place)
        ? []
        : [`run ${id} is ${state} and has the steps ${found.join(", ")}`]
    })
}

export const history: Invariant = {
  name: "history",
  promise: "a workflow step's success is in the order's history once (6)",
  violations: ({ rows }) => {
    const successes = Map.groupBy(
      rows.steps.filter(({ plugin, reused, state }) =>
        plugin === "WebhookWorkflowStep" && state === "succeeded" && !reused
      ),
      ({ runId }) => runId
    )
    const runsOf = Map.groupBy(rows.runs, ({ orderId }) => orderId)
    return rows.orders.flatMap(({ exported, id }) => {
      const expected = (runsOf.get(id) ?? []).reduce((sum, run) => sum + (successes.get(run.id)?.length ?? 0), 0)
      return exported === expected ? [] : [`order ${id} had ${expected} successes and its history tells of ${exported}`]
    })
  }
}

export const leftBehind: Invariant = {
  name: "left-behind",
  promise: "a completed new order has one subscription for each of its items, and no other has any (9)",
  violations: ({ orders, rows, submissions }) => {
    const runsOf = Map.groupBy(rows.runs, ({ orderId }) => orderId)
    const seen = new Map(submissions.flatMap((one) => one.orderId === undefined ? [] : [[one.orderId, one] as const]))
    return [...seen].flatMap(([orderId, { items, orderType }]) => {
      const completed = runsOf.get(orderId)?.some(({ state }) => state === "completed") === true
      const expected = completed && orderType === "NEW_ORDER" ? items : 0
      const found = orders.get(orderId)?.subscriptions ?? 0
      return found === expected ? [] : [`order ${orderId} should have ${expected} subscriptions and has ${found}`]
    })
  }
}

/** Statuses of answers to a callback URL whose token was issued. */
const callbackStatuses: ReadonlySet<number> = new Set([200, 409, 410])

export const callbacks: Invariant = {
  name: "callbacks",
  promise: "of the answers to a callback URL the first counts, is recorded once, and the others are told so (6)",
  violations: ({ callbacks, calloutsOfKey, rows, runs }) => {
    const recordsOf = Map.groupBy(rows.callbacks, ({ runId, step }) => `${runId} ${step}`)
    const doubled = [...recordsOf].filter(([, all]) => all.length > 1)
      .map(([of, all]) => `step ${of} has ${all.length} records of callbacks`)
    const wrong = [...Map.groupBy(callbacks, ({ key }) => key)].flatMap(([key, answers]) => {
      const strange = answers.filter(({ status }) => !callbackStatuses.has(status))
        .map(({ said, status }) => `${said} under ${key} was answered ${status}`)
      const taken = new Set(answers.filter(({ status }) => status === 200).map(({ said }) => said))
      const [first] = taken
      const of = derivedFrom(key)
      const run = runs.get(of?.runId ?? "")
      const isShared = new Set(calloutsOfKey.get(key)?.map(({ runId }) => runId)).size > 1
      // Under an inherited key two runs have asked, each of which takes an answer.
      if (of === undefined || run === undefined || isShared || first === undefined) return strange
      if (taken.size > 1) return [...strange, `${key}: ${[...taken].join(" and ")} were both taken`]
      const [record] = recordsOf.get(`${of.runId} ${of.step}`) ?? []
      const isOwed = record === undefined && !run.cancelRequested && run.reason !== "worker-lost"
      return record?.said === first || (record === undefined && !isOwed)
        ? strange
        : [...strange, `${key}: ${first} was taken, and ${record?.said ?? "nothing"} is recorded`]
    })
    return [...doubled, ...wrong]
  }
}

export const deferred: Invariant = {
  name: "deferred",
  promise: "a call that no run waits for has one delivery, and a record of the step for each of its attempts (6)",
  violations: ({ rows }) => {
    const named = new Set(rows.deferred.map(({ deliveryId }) => deliveryId))
    const withoutStep = rows.deliveries.filter(({ id, type }) => type === "callout" && !named.has(id))
      .map(({ id }) => `delivery ${id} is the call of no step`)
    return [
      ...withoutStep,
      ...rows.deferred.flatMap(({ attempts, deliveryId, records, runId, state, step, succeeded }) => {
        const of = `step ${step} of run ${runId}`
        if (state === null) return [`${of} names delivery ${deliveryId}, which is not there`]
        if (records !== attempts) return [`${of} has ${records} records of the ${attempts} attempts of its delivery`]
        return (state === "delivered") === (succeeded > 0)
          ? []
          : [`${of} has ${succeeded} records that succeeded, and its delivery is ${state}`]
      })
    ]
  }
}

export const deliveries: Invariant = {
  name: "deliveries",
  promise: "every event has a final or scheduled delivery for each endpoint, of the same bytes every time (9, 10.4)",
  violations: ({ asked, rows, submissions }) => {
    const of = new Set(
      rows.deliveries.filter(({ type }) => type === "order.submitted")
        .map(({ endpointId, orderId }) => `${endpointId} ${orderId}`)
    )
    const orderIds = new Set(
      submissions.filter(({ orderType, status }) => orderType === "NEW_ORDER" && status === 202)
        .flatMap(({ orderId }) => orderId ?? [])
    )
    const missing = rows.endpoints.flatMap((endpoint) =>
      [...orderIds].filter((id) => !of.has(`${endpoint} ${id}`)).map((id) =>
        `order ${id} has no delivery to ${endpoint}`
      )
    )
    const doubled = [...Map.groupBy(rows.deliveries, ({ endpointId, messageId }) => `${endpointId} ${messageId}`)]
      .filter(([, all]) => all.length > 1).map(([which, all]) => `${which} has ${all.length} deliveries`)
    const hooks = asked.filter(({ webhookId }) => webhookId !== undefined)
    const answered = new Set(
      hooks.filter(({ answer }) => answer === 200).map(({ webhookId, path }) => `${webhookId} ${path}`)
    )
    const sent = new Set([...answered].map((one) => one.split(" ")[0]))
    const unheard = rows.deliveries.filter(({ endpointId, messageId, state }) =>
      endpointId !== null && state === "delivered" && !sent.has(messageId)
    ).map(({ id }) => `delivery ${id} is delivered, and no receiver got it`)
    const changed = [...Map.groupBy(hooks, ({ path, webhookId }) => `${webhookId} at ${path}`)]
      .filter(([, all]) => new Set(all.map(({ body }) => body)).size > 1)
      .map(([which]) => `${which} was sent with different bytes`)
    return [...rows.missing, ...missing, ...doubled, ...unheard, ...changed]
  }
}

export const explained: Invariant = {
  name: "explained",
  promise: "every member of every version, and every body that was sent, follows from the timeline and why (7)",
  violations: ({ records }) => records.flatMap(unexplained)
}
