/**
 * The API as functions, one for each endpoint: `api.orders.list({ query: { limit: 50 } })`. Arguments and answers have
 * the types of `@sluice/api`; what the server refuses is thrown as an `ApiProblem`.
 */
import type { HttpApiEndpoint } from "effect/http-api"
import { ApiProblem, offline, problemOf } from "./ApiProblem.ts"
import * as Connection from "./Connection.ts"
import { parse } from "./ExactJson.ts"
import { type EndpointMap, type EndpointName, type GroupName, type Route, routes } from "./Routes.ts"
import * as Session from "./Session.ts"

/** The parts of a request, untyped. */
export interface Parts {
  readonly params?: Readonly<Record<string, unknown>>
  readonly query?: Readonly<Record<string, unknown>>
  readonly payload?: unknown
  readonly headers?: Readonly<Record<string, string | undefined>>
}

type TypeOf<S> = S extends { readonly Type: infer T } ? T : never
type Part<Name extends string, S> = [S] extends [never] ? unknown
  : Record<never, never> extends TypeOf<S> ? { readonly [N in Name]?: TypeOf<S> }
  : { readonly [N in Name]: TypeOf<S> }

type CallOf<Endpoint> =
  & Part<"params", HttpApiEndpoint.Params<Endpoint>>
  & Part<"query", HttpApiEndpoint.Query<Endpoint>>
  & Part<"payload", HttpApiEndpoint.Payload<Endpoint>>
  & Part<"headers", HttpApiEndpoint.Headers<Endpoint>>

type AnswerOf<Endpoint> = TypeOf<HttpApiEndpoint.Success<Endpoint>>

/** The body that an endpoint takes. */
export type Payload<G extends GroupName, E extends EndpointName<G>> = TypeOf<
  HttpApiEndpoint.Payload<EndpointMap[G][E]>
>
/** The answer type of an endpoint. */
export type Answer<G extends GroupName, E extends EndpointName<G>> = AnswerOf<EndpointMap[G][E]>

type Client = {
  readonly [G in GroupName]: {
    readonly [E in EndpointName<G>]: (
      call: CallOf<EndpointMap[G][E]>,
      signal?: AbortSignal
    ) => Promise<AnswerOf<EndpointMap[G][E]>>
  }
}

/** Browsers resolve `.` and `..` in a path before they send it: the request would be another one. */
const segment = (id: string): string => {
  if (id === "." || id === "..") {
    throw new ApiProblem(400, "invalid-request", "The request is not valid", `No URL can name the id "${id}"`)
  }
  return encodeURIComponent(id)
}

/** The path with its parameters, and the query behind it. */
export const target = ([, path]: Route, { params = {}, query = {} }: Parts): string => {
  const filled = path.replace(/:(\w+)/g, (_, name: string) => segment(String(params[name] ?? "")))
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== "") search.set(name, String(value))
  }
  return search.size === 0 ? filled : `${filled}?${search}`
}

/** The headers of a request without its key. */
export const headersOf = ({ payload, headers = {} }: Parts): Record<string, string> => {
  const given: Record<string, string> = payload === undefined ? {} : { "content-type": "application/json" }
  for (const [name, value] of Object.entries(headers)) if (value !== undefined) given[name] = value
  return given
}

const read = async (response: Response): Promise<unknown> => {
  const text = await response.text()
  if (text === "") return undefined
  try {
    return parse(text)
  } catch {
    return undefined
  }
}

/** Sends a request with this session's key, and returns the answer if its status is 2xx. */
export const send = async (route: Route, parts: Parts, signal?: AbortSignal): Promise<Response> => {
  const key = Session.key()
  const response = await sendWith(key, route, parts, signal)
  if (response.status !== 401) return accepted(response)
  // Another tab of this browser may have a key, or another one by now.
  const other = await Session.shared(key)
  if (other !== undefined) return accepted(await sendWith(other, route, parts, signal))
  Session.lock()
  return accepted(response)
}

const accepted = async (response: Response): Promise<Response> => {
  if (response.ok) {
    Connection.found()
    return response
  }
  const problem = problemOf(response.status, await read(response))
  if (problem.slug === "unavailable") Connection.lost("database")
  throw problem
}

const sendWith = async (
  key: string | undefined,
  route: Route,
  parts: Parts,
  signal: AbortSignal | undefined
): Promise<Response> => {
  const request = {
    method: route[0],
    headers: { ...headersOf(parts), ...(key === undefined ? {} : { authorization: `Bearer ${key}` }) },
    ...(parts.payload === undefined ? {} : { body: JSON.stringify(parts.payload) }),
    ...(signal === undefined ? {} : { signal })
  }
  return self.fetch(target(route, parts), request).catch((cause: unknown) => {
    // The user left the page: that is no fault of the server's.
    if (signal?.aborted === true) throw cause
    Connection.lost("server")
    throw offline(cause)
  })
}

// The table has the shape of the client, and its entries are turned into calls of the same names.
export const api = Object.fromEntries(
  Object.entries(routes).map(([group, endpoints]) => [
    group,
    Object.fromEntries(
      Object.entries(endpoints).map(([name, route]) => [
        name,
        async (call: Parts, signal?: AbortSignal) => read(await send(route, call, signal))
      ])
    )
  ])
) as unknown as Client
