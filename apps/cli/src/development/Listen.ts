/** `listen`: forwards the messages of a webhook endpoint to a developer's machine. Contract: section 7, the feed. */
import { ApiClient } from "@sluice/api/ApiClient"
import { duration } from "@sluice/terminal/Style"
import { Clock, Console, Effect, Option } from "effect"
import { Command, Flag } from "effect/cli"
import { HttpClient, HttpClientRequest } from "effect/http"
import { usage } from "../terminal/Failure.ts"
import { textFlag } from "../terminal/Input.ts"
import { Output } from "../terminal/Output.ts"

/** Seconds that one request of the feed waits for a message. */
const wait = 20

/** The time that a receiver has, as for a message that the server sends. */
const patience = "15 seconds"

/** The endpoint that is named; without a name the only one. */
const chosen = Effect.fnUntraced(function*(named: Option.Option<string>) {
  if (Option.isSome(named)) return named.value
  const client = yield* ApiClient
  const { items } = yield* client.webhookEndpoints.list({ query: { limit: 50 } })
  const ids = items.map(({ id }) => String(id))
  const [only] = ids
  if (only === undefined) {
    return yield* usage("There is no webhook endpoint: create one, with POST /v1/webhook-endpoints")
  }
  return ids.length === 1 ? only : yield* usage(`Say which webhook endpoint: --endpoint ${ids.join(" or ")}`)
})

/** The sequence of the endpoint's newest message: what comes after it is new. */
const newest = Effect.fnUntraced(function*(endpointId: string) {
  const client = yield* ApiClient
  const { items: [delivery] } = yield* client.deliveries.list({ query: { endpointId, limit: 1 } })
  return delivery?.sequence ?? 0
})

/** A message of the feed. */
interface Message {
  readonly sequence: number
  readonly id: string
  readonly type: string
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
}

/** The answer to a message: a status, or why there is none. */
interface Answer {
  readonly status?: number
  readonly error?: string
}

const sent = (item: Message, to: string) =>
  Effect.flatMap(HttpClient.HttpClient, (http) =>
    http.execute(
      HttpClientRequest.post(to).pipe(
        HttpClientRequest.setHeaders(item.headers),
        HttpClientRequest.bodyText(item.body, "application/json")
      )
    )).pipe(
      Effect.timeout(patience),
      Effect.match({
        onFailure: (error): Answer => ({
          error: error._tag === "TimeoutError" ? `no answer within ${patience}` : `no connection to ${to}`
        }),
        onSuccess: ({ status }): Answer => ({ status })
      })
    )

/** Sends one message, with the bytes and the signature that the endpoint gets, and tells of the answer. */
const forwarded = Effect.fnUntraced(function*(item: Message, to: string) {
  const output = yield* Output
  const begun = yield* Clock.currentTimeMillis
  const answer = yield* sent(item, to)
  const durationMs = (yield* Clock.currentTimeMillis) - begun
  const { id, sequence, type } = item
  if (output.json) return yield* Console.log(JSON.stringify({ sequence, id, type, ...answer, durationMs }))
  const { paint } = output.style
  const good = answer.status !== undefined && answer.status < 300
  yield* output.note(
    `${paint(good ? "green" : "red", String(answer.status ?? answer.error))}  ${type}  ${
      paint("dim", `${id}, sequence ${sequence}, ${duration(durationMs)}`)
    }`
  )
})

/** Forwards what follows `after`, in order, and goes on until `count` messages were sent. */
const forwardAll = Effect.fnUntraced(function*(id: string, to: string, after: number, count: number) {
  const client = yield* ApiClient
  let from = after
  for (let left = count; left > 0;) {
    const { items, next } = yield* client.webhookEndpoints.feed({ params: { id }, query: { after: from, wait } })
    const these = items.slice(0, left)
    for (const item of these) yield* forwarded(item, to)
    left -= these.length
    from = next
  }
})

export const listen = Command.make(
  "listen",
  {
    to: Flag.String("to").pipe(
      Flag.withDescription("Where to send each message, for example http://localhost:3000/hooks"),
      Flag.filter(
        (url) => /^https?:$/.test(URL.parse(url)?.protocol ?? ""),
        () => "write an address that begins with http:// or https://"
      )
    ),
    endpoint: textFlag("endpoint", "The webhook endpoint; default: the only one"),
    after: Flag.Int("after").pipe(
      Flag.withDescription("From the message after this webhook-sequence, 0 for all; default: new ones"),
      Flag.filter((sequence) => sequence >= 0, () => "a sequence is 0 or more"),
      Flag.optional
    ),
    count: Flag.Int("count").pipe(
      Flag.withDescription("End after so many messages; default: go on until Ctrl-C"),
      Flag.filter((count) => count >= 1, () => "at least 1"),
      Flag.withDefault(Number.MAX_SAFE_INTEGER)
    )
  },
  Effect.fnUntraced(function*({ after, count, endpoint, to }) {
    const output = yield* Output
    const id = yield* chosen(endpoint)
    const from = Option.isSome(after) ? after.value : yield* newest(id)
    yield* output.note(`forwarding the messages of ${id} to ${to}: Ctrl-C ends it`)
    yield* forwardAll(id, to, from, count)
  })
).pipe(
  Command.withDescription("Forward a webhook endpoint's messages to an address that the server cannot reach"),
  Command.withExamples([
    { command: "sluice listen --to http://localhost:3000/hooks", description: "New messages, as they come" },
    {
      command: "sluice listen --endpoint crm --to http://localhost:3000/hooks --after 0",
      description: "All messages of one endpoint, from the beginning"
    }
  ])
)
