/**
 * The cells of a process in a cluster: each is executed here while this process owns it, and requests that need the
 * owner are forwarded to it. Loaded where `SLUICE_CLUSTER_HOST` is set. Contract: section 11, "Owners".
 */
import { nameOf } from "@sluice/cluster/Address"
import * as Owners from "@sluice/cluster/Owners"
import * as Peers from "@sluice/cluster/Peers"
import * as PeerServer from "@sluice/cluster/PeerServer"
import * as Database from "@sluice/persistence/schema/Database"
import { Context, Effect, Fiber, Layer, type Redacted } from "effect"
import { asCaller, isAllowed, rules } from "../cluster/ForwardedRequests.ts"
import * as DirectIntake from "../intake/DirectIntake.ts"
import { Stopping } from "../process/Stopping.ts"
import { inCell } from "./CellApp.ts"
import type { CellRuntime, Home } from "./CellRuntime.ts"
import { CellsRefused } from "./ReadCells.ts"

export interface Options<E extends { readonly message: string }, R> {
  readonly cluster: Peers.Member
  /** True if this process may own cells. */
  readonly executes: boolean
  /** The URL of cell 0's database, which holds the state of the cluster. */
  readonly url: Redacted.Redacted
  readonly runtimes: ReadonlyArray<CellRuntime<E, R>>
  readonly home: Home
}

/** Joins the cluster; returns a function that gives the name of each cell's owner. */
export const ownership = Effect.fnUntraced(function*<E extends { readonly message: string }, R>(
  { cluster, executes, home, runtimes, url }: Options<E, R>
) {
  const context = yield* Effect.context<R>()
  const { begun: stopped } = yield* Stopping
  const scope = yield* Effect.scope
  const ownName = nameOf(cluster.address)
  const byId = new Map(runtimes.map((runtime) => [runtime.address.id, runtime]))
  const peers = yield* Peers.make(cluster, rules)
  if (executes) {
    yield* PeerServer.serve(
      cluster,
      (cell, caller) => {
        const owned = byId.get(cell)?.present?.owned
        return owned && asCaller(caller)(inCell(cell)(owned.requests.handle))
      },
      DirectIntake.front((request, need) => {
        const { caller, cell } = PeerServer.forwardedOf(request)
        const owned = isAllowed(caller, need) ? byId.get(cell)?.present?.owned : undefined
        return owned && owned.requests.intake
      })
    ).pipe(Effect.mapError(({ host, message, port }) =>
      new CellsRefused({
        message: `SLUICE_CLUSTER_PORT ${port} on ${host} cannot be listened on: ${message}: set another`
      })
    ))
  }
  const services = yield* Layer.buildWithScope(
    Owners.layer({
      address: cluster.address,
      cells: [...byId.keys()],
      executes,
      stopped,
      reach: peers.reach,
      duties: {
        take: (cell) => Effect.provideContext(byId.get(cell)?.take(home) ?? Effect.succeed(false), context),
        give: (cell) => byId.get(cell)?.give ?? Effect.void,
        isReachable: (cell) => byId.get(cell)?.entry.isAway() === false
      }
    }).pipe(Layer.provide(Database.layerPool({ url, maxConnections: 2, applicationName: "sluice-cluster" }))),
    scope
  ).pipe(Effect.mapError(({ message }) => new CellsRefused({ message: `SLUICE_CLUSTER_HOST: ${message}` })))
  const { ownerOf } = Context.get(services, Owners.Owners)
  const run = Effect.runForkWith(yield* Effect.context<never>())
  for (const [id, runtime] of byId) {
    runtime.toOwner = (here) => peers.forward(id, ownerOf(id), here)
    runtime.takeAtOwner = (here, caller) => {
      const owner = ownerOf(id)
      if (owner === undefined || owner === ownName) return here
      const told = caller && JSON.stringify(caller)
      return {
        answer: (url, headers, body) => {
          const taken = Effect.suspend(() => Fiber.join(here.answer(url, headers, body)))
          return run(peers.pass(id, owner, { method: "POST", url, headers, body, caller: told }, taken))
        }
      }
    }
  }
  return ownerOf
})
