/** The client that is derived from `Api`: one method an endpoint, problems as typed errors. */
import { Context, Effect, Layer, Redacted } from "effect"
import { HttpClient, HttpClientRequest } from "effect/http"
import { HttpApiClient, HttpApiMiddleware } from "effect/http-api"
import { Api } from "./Api.ts"
import { Authorization } from "./wire/Authorization.ts"

export class ApiClient extends Context.Service<ApiClient, HttpApiClient.ForApi<typeof Api>>()("@sluice/api/ApiClient") {
  /** A client of the server at `baseUrl`, with `key` if the server requires one. */
  static readonly layer = (options: {
    readonly baseUrl: string
    readonly key?: Redacted.Redacted
  }): Layer.Layer<ApiClient, never, HttpClient.HttpClient> =>
    Layer.effect(
      ApiClient,
      HttpApiClient.make(Api, {
        transformClient: HttpClient.mapRequest(HttpClientRequest.prependUrl(options.baseUrl))
      })
    ).pipe(
      Layer.provide(HttpApiMiddleware.layerClient(
        Authorization,
        Effect.fnUntraced(function*({ next, request }) {
          return yield* next(
            options.key === undefined ? request : HttpClientRequest.bearerToken(request, Redacted.value(options.key))
          )
        })
      ))
    )
}
