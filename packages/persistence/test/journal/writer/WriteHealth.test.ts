import { assert, describe, it } from "@effect/vitest"
import { type Tracker, tracker, type Transition } from "../../../src/journal/writer/WriteHealth.ts"

const main = { name: "main" }
const wide = { name: "wide" }

/** An event, and its second. */
type Event = readonly [
  at: number,
  happens: "asked" | "committed" | "withdrawn" | "failed",
  connection?: typeof main
]

const nanoseconds = (seconds: number): bigint => BigInt(Math.round(seconds * 1000)) * 1_000_000n

const happen = (health: Tracker, [at, happens, connection = main]: Event) => {
  switch (happens) {
    case "asked":
    case "committed":
      return health[happens](connection, nanoseconds(at))
    case "withdrawn":
      return health.withdrawn(connection)
    case "failed":
      return health.failed("connect ECONNREFUSED")
  }
}

/** Looked at every quarter of a second until `end`. */
const play = (events: ReadonlyArray<Event>, end: number) => {
  const health = tracker()
  const transitions: Array<readonly [number, Transition]> = []
  let next = 0
  for (let at = 0; at <= end; at += 0.25) {
    for (let event = events[next]; event !== undefined && event[0] <= at; event = events[next]) {
      happen(health, event)
      next++
    }
    const transition = health.look(nanoseconds(at))
    if (transition !== undefined) transitions.push([at, transition])
  }
  return { transitions, stalledSeconds: health.stalledSeconds(nanoseconds(end)) }
}

const silent = "the database has not answered for 2 s"

describe("WriteHealth", () => {
  it.each<readonly [string, ReadonlyArray<Event>, ReadonlyArray<readonly [number, Transition]>, number]>([
    [
      "commits that succeed in time change nothing",
      [[0, "asked"], [2, "committed"], [4, "asked"], [5, "committed"]],
      [],
      0
    ],
    [
      "a commit that is waited for longer than 2 s stalls",
      [[1, "asked"]],
      [[3.25, { _tag: "Stopped", why: silent }]],
      9
    ],
    [
      "the first commit that succeeds in time ends the stall; a late one does not",
      [[0, "asked"], [3, "committed"], [4, "asked"], [5, "committed"]],
      [[2.25, { _tag: "Stopped", why: silent }], [5, { _tag: "WentOn", afterSeconds: 5 }]],
      0
    ],
    [
      "why the last attempt failed is told",
      [[0, "asked"], [0.1, "failed"], [0.3, "asked"], [6, "asked"], [6.1, "committed"], [6.5, "asked"], [
        7,
        "committed"
      ]],
      [[2.25, { _tag: "Stopped", why: "connect ECONNREFUSED" }], [7, { _tag: "WentOn", afterSeconds: 7 }]],
      0
    ],
    [
      "an answer that is no commit ends the waiting",
      [[0, "asked"], [1, "withdrawn"], [2.5, "asked"], [4, "committed"]],
      [],
      0
    ],
    [
      "a connection that hangs keeps the stall while another commits",
      [[0, "asked", wide], [3, "asked"], [3.1, "committed"]],
      [[2.25, { _tag: "Stopped", why: silent }]],
      10
    ]
  ])("%s", (_, events, transitions, stalledSeconds) => {
    assert.deepStrictEqual(play(events, 10), { transitions: [...transitions], stalledSeconds })
  })
})
