/**
 * A typed client of Sluice's HTTP API, for any runtime with `fetch`. Paths, parameters, bodies and answers are typed
 * from the server's own OpenAPI description; an answer other than 2xx is thrown as a `Problem`. Contract: section 7.
 */
import openApiFetch from "openapi-fetch"
import type { HttpMethod } from "openapi-typescript-helpers"
import type { Method } from "./Method.ts"
import type { components, paths } from "./OpenApi.ts"
import { items, type Listed, type ListPath, type ListQuery } from "./Pages.ts"
import { Problem } from "./Problem.ts"
import { type ProcessEvent, waitFor, watch, type WatchOptions } from "./ProcessEvents.ts"

export type Order = components["schemas"]["Order"]
export type Receipt = components["schemas"]["Receipt"]

export interface ClientOptions {
  /** The server's address, like `http://127.0.0.1:8080`. */
  readonly baseUrl: string
  /** One of the server's `SLUICE_API_KEYS`, where it has any. */
  readonly apiKey?: string | undefined
  /** The `fetch` to use instead of the runtime's own. */
  readonly fetch?: (request: Request) => Promise<Response>
}

export interface Client {
  readonly GET: Method<"get">
  readonly POST: Method<"post">
  readonly PUT: Method<"put">
  readonly PATCH: Method<"patch">
  readonly DELETE: Method<"delete">
  /** Every item of a list; pages are fetched as they are needed. */
  readonly items: <Path extends ListPath>(path: Path, query?: ListQuery<Path>) => AsyncGenerator<Listed<Path>, void>
  /** The process event at once and after each change, until its run has ended or the connection is closed. */
  readonly watch: (processEventId: string, options?: WatchOptions) => AsyncGenerator<ProcessEvent, void>
  /**
   * Waits for the end of a run, in whichever state, and returns the process event: check its `state`. Reconnects after
   * lost connections and 503s. A run may wait for days: give up with `signal`, for instance `AbortSignal.timeout(ms)`.
   */
  readonly waitFor: (processEventId: string, options?: WatchOptions) => Promise<ProcessEvent>
}

export const createClient = ({ apiKey, baseUrl, fetch }: ClientOptions): Client => {
  const http = openApiFetch<paths>({
    baseUrl,
    ...(fetch !== undefined && { fetch }),
    ...(apiKey !== undefined && { headers: { authorization: `Bearer ${apiKey}` } })
  })
  http.use({
    onRequest: ({ params }) => {
      for (const id of Object.values(params.path ?? {})) {
        // Resolved away by `fetch`, so that the request would be another one.
        if (id === "." || id === "..") throw new TypeError(`No URL can name the id ${JSON.stringify(id)}`)
      }
    },
    onResponse: async ({ response }) => {
      if (!response.ok) throw await Problem.of(response)
    }
  })
  // openapi-fetch keeps the promises of `Method`, except for `error`: the middleware has thrown by then.
  const method = <M extends HttpMethod>(name: Uppercase<M>) =>
    (async (path: string, init?: object) => {
      const call = http[name as "GET"] as (path: string, init?: object) => Promise<{ readonly data?: unknown }>
      return (await call(path, init)).data
    }) as Method<M>
  const GET = method<"get">("GET")
  const stream = (id: string, options?: WatchOptions) => watch(GET, id, options)
  return {
    GET,
    POST: method<"post">("POST"),
    PUT: method<"put">("PUT"),
    PATCH: method<"patch">("PATCH"),
    DELETE: method<"delete">("DELETE"),
    items: (path, query) => items(GET, path, query),
    watch: stream,
    waitFor: (id, options) => waitFor(stream, id, options)
  }
}
