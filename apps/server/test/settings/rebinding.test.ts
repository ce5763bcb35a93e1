/**
 * Names whose answers change between saving, testing and sending (DNS rebinding), through every member that takes a URL:
 * what is saved while the name leads to an allowed address is not sent when it leads elsewhere. Contract: section 5.
 */
import { assert, layer } from "@effect/vitest"
import type { JsonObject } from "@sluice/domain/json/Json"
import { Context, Effect, Layer } from "effect"
import dns, { type LookupAddress } from "node:dns"
import { createServer, type Server, type ServerResponse } from "node:http"
import { syncBuiltinESMExports } from "node:module"
import type { AddressInfo } from "node:net"
import { Sluice } from "../support/Sluice.ts"
import { type AddressMember, addressMembers } from "./AddressMembers.ts"

const allowed = "127.0.0.1"
const forbidden = "127.0.0.2"
const suffix = ".rebinding.example"

interface Answers {
  /** The addresses that every name below `suffix` has from now on. */
  readonly answer: (...addresses: ReadonlyArray<string>) => void
}

/** The system's resolver, with answers of the test's own for names below `suffix`; `partner.example.com` is one of them. */
class Resolver extends Context.Service<Resolver, Answers>()("@sluice/server/test/Resolver") {
  static readonly layer = Layer.effect(
    Resolver,
    Effect.acquireRelease(
      Effect.sync(() => {
        const system = dns.lookup
        let addresses: ReadonlyArray<string> = [allowed]
        const lookup = (name: string, ...rest: ReadonlyArray<unknown>) => {
          const callback = rest.at(-1) as (error: null, found: ReadonlyArray<LookupAddress>) => void
          if (!name.endsWith(suffix)) return (system as (...given: ReadonlyArray<unknown>) => void)(name, ...rest)
          const found = addresses.map((address) => ({ address, family: 4 }))
          setImmediate(() => callback(null, found))
        }
        Object.assign(dns, { lookup })
        syncBuiltinESMExports()
        return {
          system,
          answer: (...given: ReadonlyArray<string>) => {
            addresses = given
          }
        }
      }),
      ({ system }) =>
        Effect.sync(() => {
          Object.assign(dns, { lookup: system })
          syncBuiltinESMExports()
        })
    )
  )
}

const documents: Readonly<Record<string, readonly [status: number, body: JsonObject]>> = {
  "/token": [200, { access_token: "t", token_type: "Bearer", expires_in: 1 }],
  "/services": [201, { id: "1", success: true, errors: [] }],
  "/v1": [200, { success: true, accountNumber: "A1", orderNumber: "O-1", subscriptionNumbers: [] }],
  "/fails": [500, {}]
}

const respond = (path: string, response: ServerResponse): void => {
  // No connection stays for the next request: each is looked up.
  response.setHeader("connection", "close")
  if (path.startsWith("/resets")) return void response.destroy()
  const [status, body] = Object.entries(documents).find(([prefix]) => path.startsWith(prefix))?.[1] ?? [200, {}]
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body))
}

/** Two servers on one port: the partner's, and one inside the network that nothing may reach. */
class Servers extends Context.Service<Servers, {
  readonly port: number
  /** `Host` and path of what came. */
  readonly outside: Array<string>
  readonly inside: Array<string>
}>()("@sluice/server/test/Servers") {
  static readonly layer = Layer.effect(
    Servers,
    Effect.gen(function*() {
      const outside: Array<string> = []
      const inside: Array<string> = []
      const listen = (hits: Array<string>, port: number, host: string) =>
        Effect.acquireRelease(
          Effect.callback<Server>((resume) => {
            const server = createServer((request, response) => {
              hits.push(`${request.headers.host}${request.url}`)
              request.resume().on("end", () => respond(request.url ?? "", response))
            })
            server.listen(port, host, () => resume(Effect.succeed(server)))
          }),
          (server) =>
            Effect.sync(() => {
              server.closeAllConnections()
              server.close()
            })
        )
      const { port } = (yield* listen(outside, 0, allowed)).address() as AddressInfo
      yield* listen(inside, port, forbidden)
      return { port, outside, inside }
    })
  )
}

const layers = Layer.provideMerge(
  Sluice.layer({ SLUICE_ALLOW_NETWORKS: `${allowed}/32` }),
  Layer.provideMerge(Servers.layer, Resolver.layer)
)

const send = Effect.fnUntraced(function*(method: string, path: string, body?: JsonObject) {
  const answer = yield* (yield* Sluice).ask(method, path, { body })
  assert.isBelow(answer.status, 300, `${method} ${path}: ${answer.text}`)
  return answer.json
})

interface Submitted {
  readonly orderId: string
  readonly processEventId: string
}

const submit = (marketId: string): Effect.Effect<Submitted, never, Sluice> =>
  send("POST", "/v1/orders", { orderType: "NEW_ORDER", marketId })

/** Everything that is recorded of an order's calls and deliveries so far. */
const recordsOf = Effect.fnUntraced(function*({ orderId, processEventId }: Submitted) {
  const { ask } = yield* Sluice
  const run = yield* ask("GET", `/v1/process-events/${processEventId}`)
  const { json: { items } } = yield* ask("GET", `/v1/deliveries?orderId=${orderId}`)
  const deliveries = yield* Effect.forEach(
    items as ReadonlyArray<{ readonly id: string }>,
    ({ id }) => ask("GET", `/v1/deliveries/${id}`)
  )
  return [run, ...deliveries].map(({ text }) => text).join("\n")
})

const hasEnded = ({ processEventId }: Submitted) =>
  Effect.map(send("GET", `/v1/process-events/${processEventId}`), ({ finishedAt }) => finishedAt !== undefined)

const calling = (options: JsonObject, members: JsonObject = {}): JsonObject => ({
  name: "calloutPlugin",
  ...members,
  options
})

/** The pipeline that makes a request to the member's URL. `at`: the origin that is changed; `other`: one that is not. */
const pipelineOf = (
  { document, name, path }: AddressMember,
  { at, id, other }: { readonly at: string; readonly id: string; readonly other: string }
): JsonObject => {
  const settings = document(at) as {
    readonly steps?: ReadonlyArray<JsonObject>
    readonly postProcessing?: JsonObject[]
  }
  if (path.startsWith("compensate", 9)) {
    const [step] = settings.steps ?? []
    return {
      steps: [
        { ...step, options: { endpoint: other } },
        calling({ endpoint: `${other}/fails`, shouldRejectOn: { status: [500] } }, { critical: true })
      ]
    }
  }
  if (path.startsWith("probe", 9)) {
    const [step] = settings.steps ?? []
    return { steps: [{ ...step, options: { endpoint: `${other}/resets`, retry: { delaysMs: [1] } } }] }
  }
  if (name.startsWith("a connector's AllowedHosts")) {
    return {
      steps: [{ name: "WebhookWorkflowStep", ConnectorId: id, Properties: [{ Key: "Host", Value: at }] }]
    }
  }
  if (name.startsWith("a connector")) return { steps: [{ name: "WebhookWorkflowStep", ConnectorId: id }] }
  if (name.startsWith("an auth provider")) return { steps: [calling({ endpoint: other })] }
  return settings as JsonObject
}

const plurals = { connector: "connectors", authProvider: "auth-providers", webhookEndpoint: "webhook-endpoints" }

/** Saves the member's setting and what leads to its URL. Answers the order type that is sent there. */
const save = Effect.fnUntraced(function*(member: AddressMember, index: number) {
  const { port } = yield* Servers
  const { document, kind, name } = member
  const id = `m${index}`
  const host = `${id}${suffix}:${port}`
  const other = `http://other-${host}`
  const path = name.includes("tokenUrl") ? "/token" : ""
  const at = `http://${host}${path}`
  const whole = (given: JsonObject) =>
    JSON.parse(JSON.stringify(given).replaceAll("https://partner.example.com/", `${other}/`)) as JsonObject
  if (kind !== "pipeline") {
    const own = whole(document(at))
    const body = kind === "connector"
      ? { ...own, ConnectorId: id }
      : kind === "authProvider"
      ? { ...own, name: id, domain: `other-${host}` }
      : { ...own, types: ["order.submitted"], filter: `orderType = 'NEW_ORDER' and marketId = '${id}'` }
    yield* send("PUT", `/v1/${plurals[kind]}/${id}`, body)
  }
  const pipeline = kind === "webhookEndpoint" ? { steps: [] } : whole(pipelineOf(member, { at, id, other }))
  yield* send("PUT", `/v1/pipelines/${id}`, { ...pipeline, name: id, match: { marketIds: [id] } })
  return { host, id }
})

/** Sends the member's test request, where its setting has one; the refusal is in the answer or in the delivery. */
const test = Effect.fnUntraced(function*({ kind }: AddressMember, id: string) {
  if (kind === "pipeline") return
  const answer = yield* send("POST", `/v1/${plurals[kind]}/${id}/test`, {})
  if (kind !== "webhookEndpoint") return assert.include(JSON.stringify(answer), "\"blocked\"")
  const { ask } = yield* Sluice
  const delivery = ask("GET", `/v1/deliveries/${answer.id}`)
  while (!(yield* delivery).text.includes("\"blocked\"")) yield* Effect.sleep("20 millis")
})

layer(layers, { excludeTestServices: true })("names whose addresses change", (it) => {
  it.effect.each(addressMembers.map((member, index) => ({ name: member.name, member, index })))(
    "$name is followed while the name leads to an allowed address, and neither sent nor tested once it leads elsewhere",
    ({ index, member }) =>
      Effect.gen(function*() {
        const { answer } = yield* Resolver
        const { inside, outside } = yield* Servers
        answer(allowed)
        const { host, id } = yield* save(member, index)
        const came = () => outside.filter((hit) => hit.startsWith(host)).length
        const first = yield* submit(id)
        while (came() === 0) yield* Effect.sleep("20 millis")
        // A step may have further requests to the same address.
        while (!(yield* hasEnded(first))) yield* Effect.sleep("20 millis")
        for (const changed of [[forbidden], [allowed, forbidden]]) {
          answer(...changed)
          const before = came()
          const submitted = yield* submit(id)
          while (!(yield* recordsOf(submitted)).includes("\"blocked\"")) yield* Effect.sleep("20 millis")
          yield* test(member, id)
          assert.strictEqual(came(), before)
        }
        assert.deepStrictEqual(inside, [])
      }),
    600_000
  )
})
