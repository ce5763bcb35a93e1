/** Everything that the API shows: each GET of its own description, for each thing that is stored. */
import { assert } from "@effect/vitest"
import { Api } from "@sluice/api/Api"
import { Effect } from "effect"
import type { Answer, Ask } from "./Sluice.ts"

export interface Shown {
  /** As it is described: `/v1/orders/:id`. */
  readonly route: string
  readonly path: string
  readonly answer: Answer
}

type Asking = (method: string, path: string, ask?: Ask) => Effect.Effect<Answer>

export const getRoutes: ReadonlyArray<string> = [
  ...Object.values(Api.groups).flatMap((group) =>
    Object.values(group.endpoints).filter(({ method }) => method === "GET").map(({ path }) => path as string)
  ),
  "/metrics"
]

const idsIn = ({ json }: Answer): ReadonlyArray<string> =>
  (json?.items ?? json?.partners ?? []).map((item: Record<string, string>) =>
    item["id"] ?? item["host"] ?? item["name"]
  )

/** The values of a route's parameter, by the path before it. */
const values = Effect.fnUntraced(function*(ask: Asking, before: string, name: string) {
  const parent = before.slice(0, before.lastIndexOf("/"))
  if (name === "version") {
    const { json } = yield* ask("GET", parent)
    return Array.from({ length: Number(json?.version ?? 1) }, (_, index) => String(index + 1))
  }
  if (name === "calloutId") {
    const { json } = yield* ask("GET", parent)
    return (json?.steps ?? []).flatMap(({ callouts }: any) => callouts.map(({ id }: any) => id)) as ReadonlyArray<
      string
    >
  }
  if (name === "replayId") {
    const { json } = yield* ask("POST", before.slice(0, -1), { body: { since: "2026-01-01T00:00:00Z" } })
    return json?.id === undefined ? [] : [json.id as string]
  }
  return idsIn(yield* ask("GET", `${before}?limit=200`))
})

/** The route with each of its parameters filled in by what is stored. */
const filled = (ask: Asking, path: string): Effect.Effect<ReadonlyArray<string>> => {
  const match = /^(.*?)\/:(\w+)(.*)$/.exec(path)
  if (match === null) return Effect.succeed([path])
  const [, before = "", name = "", after = ""] = match
  return Effect.flatMap(values(ask, before, name), (found) =>
    Effect.map(
      Effect.forEach(found, (value) => filled(ask, `${before}/${encodeURIComponent(value)}${after}`)),
      (paths) => paths.flat()
    ))
}

/** A stream ends with its run. */
const ends = Effect.fnUntraced(function*(ask: Asking, path: string) {
  if (!path.endsWith("/stream")) return true
  return (yield* ask("GET", path.slice(0, -"/stream".length))).json?.finishedAt !== undefined
})

const query = (route: string): string =>
  route.endsWith("/why") ? "?path=/customerEmail" : route === "/metrics" ? "" : "?limit=200"

/** Asks everything; of each endpoint it makes a replay first, so that there is one. Fails where there was nothing to ask of a route that is not in `without`. */
export const everyGet = Effect.fnUntraced(function*(ask: Asking, without: ReadonlyArray<string> = []) {
  const shown: Array<Shown> = []
  for (const route of getRoutes) {
    for (const path of yield* filled(ask, route)) {
      if (!(yield* ends(ask, path))) continue
      const plain = yield* ask("GET", path + (route.endsWith("/why") ? query(route) : ""))
      shown.push({ route, path, answer: plain })
      if (plain.json?.items !== undefined) shown.push({ route, path, answer: yield* ask("GET", path + query(route)) })
    }
    if (without.includes(route)) continue
    assert.isTrue(
      shown.some((one) => one.route === route && one.answer.status === 200),
      `nothing was shown by GET ${route}: ${shown.find((one) => one.route === route)?.answer.text}`
    )
  }
  return shown
})
