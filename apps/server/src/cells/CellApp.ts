/** One cell of this process: the handlers of requests on its database, and whether that database is available. */
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { CurrentCell } from "@sluice/domain/internal/identity/CurrentCell"
import type { Scope } from "effect"
import { Context, Effect, Layer, Metric } from "effect"
import { HttpRouter, type HttpServerRequest, type HttpServerResponse } from "effect/http"
import { type Intake, intake } from "../intake/DirectIntake.ts"

export type CellHandler = Effect.Effect<
  HttpServerResponse.HttpServerResponse,
  never,
  HttpServerRequest.HttpServerRequest | Scope.Scope
>

/** Serves authenticated requests on one cell. */
export class CellApp extends Context.Service<CellApp, {
  readonly handle: CellHandler
  /** Accepts ordinary orders and events, without the router. */
  readonly intake: Intake
}>()("@sluice/server/cells/CellApp") {
  /** The routes as an effect, without a listener. */
  static readonly layer = <A, E, R>(
    routes: Layer.Layer<A, E, R>,
    routerConfig: Context.Service.Shape<typeof HttpRouter.RouterConfig>
  ) =>
    Layer.effect(
      CellApp,
      Effect.map(
        Effect.all([HttpRouter.toHttpEffect(routes), intake]),
        ([handle, intake]) => ({ handle: Effect.orDie(handle) as CellHandler, intake })
      )
    ).pipe(Layer.provide([Layer.succeed(HttpRouter.RouterConfig, routerConfig), NodeHttpServer.layerHttpServices]))
}

/** Runs an effect for the cell: new ids name the cell, and metrics are labelled with it. */
export const inCell = (cell: number) => <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  effect.pipe(
    Effect.provideService(CurrentCell, cell),
    Effect.provideService(Metric.CurrentMetricAttributes, { cell: String(cell) }),
    Effect.annotateLogs("cell", cell)
  )
