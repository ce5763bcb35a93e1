/** The ways of losing an owner, and the time until its cells work again. Contract: section 11, "Owners". */
import { Effect, Schedule } from "effect"
import { request as httpRequest } from "node:http"
import { ask } from "../load/Client.ts"
import type { Clients, Order } from "./Clients.ts"
import { quantile } from "./Clients.ts"
import { adminKey, type Fleet, type Member } from "./Fleet.ts"
import type { Host } from "./Network.ts"

/** A running cluster: one process that takes requests, and workers. */
export interface Cluster {
  readonly fleet: Fleet
  readonly api: Member
  readonly workers: Array<Member>
  readonly cells: number
}

interface CellHealth {
  readonly id: number
  readonly owner?: string
}

const healthOf = ({ api }: Cluster) =>
  Effect.map(
    ask(api.url, "GET", "/health/ready", {}, { authorization: `Bearer ${adminKey}` }),
    ({ json }) => (json["cells"] ?? []) as ReadonlyArray<CellHealth>
  )

/** A text, empty where there is none within three seconds. */
const read = (url: string) =>
  Effect.callback<string>((resume) => {
    const end = (text: string) => resume(Effect.succeed(text))
    const headers = { authorization: `Bearer ${adminKey}` }
    const request = httpRequest(url, { agent: false, timeout: 3000, headers }, (response) => {
      let text = ""
      response.setEncoding("utf8").on("data", (chunk: string) => void (text += chunk))
      response.on("end", () => end(text)).on("error", () => end(""))
    })
    request.on("error", () => end("")).on("timeout", () => void request.destroy())
    request.end()
  })

/** The cells that a worker executes, by its metrics. */
const ownedBy = ({ url }: Member) =>
  Effect.map(
    read(`${url}/metrics`),
    (text) => [...text.matchAll(/^sluice_cell_owned\{cell="(\d+)"\} 1$/gm)].map(([, cell]) => Number(cell))
  )

/** Waits until each cell has one owner, and no worker more than its share of cells. */
export const settled = (cluster: Cluster) =>
  Effect.repeat(
    Effect.forEach(cluster.workers, ownedBy),
    {
      until: (owned) =>
        owned.flat().length === cluster.cells && new Set(owned.flat()).size === cluster.cells
        && owned.every(({ length }) => length <= Math.ceil(cluster.cells / cluster.workers.length)),
      schedule: Schedule.spaced("300 millis"),
      times: 200
    }
  )

/** Waits until the worker owns a cell; dies where it gets none, since there is nothing to lose then. */
const cellsOf = (cluster: Cluster, worker: Member) =>
  Effect.map(healthOf(cluster), (cells) => cells.filter(({ owner }) => owner === worker.name).map(({ id }) => id)).pipe(
    Effect.repeat({ until: (cells) => cells.length > 0, schedule: Schedule.spaced("500 millis"), times: 120 }),
    Effect.filterOrElse(
      (cells) => cells.length > 0,
      () => Effect.die(new Error(`${worker.name} owns no cell: ${worker.log()}`))
    )
  )

const firstAfter = (times: ReadonlyArray<number>, begin: number): number =>
  Math.min(...times.filter((at) => at > begin)) - begin

/** Waits for a condition, 40 s at most. */
const until = (holds: () => boolean) =>
  Effect.repeat(Effect.sleep("50 millis"), { until: holds, schedule: Schedule.recurs(800) })

export interface Loss {
  readonly cells: ReadonlyArray<number>
  /** Milliseconds until each cell had another owner; infinite if one had none, or kept its owner. */
  readonly ownedMs: number
  /** Milliseconds until each cell accepted an order that was sent after the loss. */
  readonly orderMs: number
  /** Milliseconds until the next owner of each cell called the partner. */
  readonly runMs: number
  readonly refused: number
  /**
   * The latencies of the other cells' orders in the eight seconds before the loss; `othersAfter`: in those after it.
   */
  readonly othersBefore: ReadonlyArray<number>
  readonly othersAfter: ReadonlyArray<number>
}

const window = 8000

const latencies = (orders: ReadonlyArray<Order>, cells: ReadonlyArray<number>, from: number, to: number) =>
  orders.filter(({ cell, sentAt }) => !cells.includes(cell) && sentAt >= from && sentAt < to).map(
    ({ acceptedAt = to + window, sentAt }) => acceptedAt - sentAt
  )

/** Loses a worker by `lose`, and waits until its cells work again. */
export const lose = Effect.fnUntraced(function*(
  cluster: Cluster,
  { orders }: Clients,
  worker: Member,
  doing: Effect.Effect<unknown>
) {
  const cells = yield* cellsOf(cluster, worker)
  const begin = performance.now()
  yield* doing
  const accepted = (cell: number) =>
    orders.filter((order) => order.cell === cell && order.sentAt > begin).map(({ acceptedAt }) =>
      acceptedAt ?? Infinity
    )
  // A call that the owner sent just before it was lost may arrive afterwards.
  const called = (cell: number) =>
    cluster.fleet.partner.calls.filter((call) => call.cell === cell).map(({ at }) => at - 100)
  yield* until(() =>
    performance.now() > begin + window
    && cells.every((cell) => accepted(cell).some(Number.isFinite) && called(cell).some((at) => at > begin))
  )
  const took = cluster.workers.flatMap((other) => other === worker ? [] : other.took)
  const taken = (cell: number) => took.filter((each) => each.cell === cell).map(({ at }) => at)
  const loss: Loss = {
    cells,
    ownedMs: Math.max(...cells.map((cell) => firstAfter(taken(cell), begin))),
    orderMs: Math.max(...cells.map((cell) => firstAfter(accepted(cell), begin))),
    runMs: Math.max(...cells.map((cell) => firstAfter(called(cell), begin))),
    refused: orders.filter(({ refusals, sentAt }) => sentAt > begin - 1000 && refusals.length > 0).length,
    othersBefore: latencies(orders, cells, begin - window, begin - 1000),
    othersAfter: latencies(orders, cells, begin, begin + window - 1000)
  }
  return loss
})

/** The 99th percentile of the other cells' latencies after the losses, divided by that before them. */
export const othersRatio = (losses: ReadonlyArray<Loss>) => {
  const before = quantile(losses.flatMap(({ othersBefore }) => othersBefore), 0.99)
  const after = quantile(losses.flatMap(({ othersAfter }) => othersAfter), 0.99)
  return { before, after, ratio: after / before }
}

/** Cuts the connection between two hosts for a while. */
export const cutFor = ({ fleet: { network } }: Cluster, a: Host, b: Host, time: "30 seconds" | "10 seconds") =>
  Effect.andThen(network.cut(a, b), Effect.andThen(Effect.sleep(time), network.heal(a, b)))
