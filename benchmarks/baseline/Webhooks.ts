/**
 * Webhooks as a careful programmer would send them by hand, without Sluice: the same rows and bytes, written by one
 * writer that takes everything that waits, and the same signed requests with undici, sent from memory once they are
 * committed. It has no claims (messages that are not sent when it ends are lost), no retries, no lanes, no rate limits,
 * no guard and no redaction.
 */
import { createHmac, type KeyObject } from "node:crypto"
import pg from "pg"
import { Agent, request } from "undici"
import { type } from "../deliveries/Event.ts"
import { uuidV7 } from "./Uuid.ts"

export interface Endpoint {
  readonly id: string
  readonly url: string
  /** Of its signing secret; made once, which saves `createHmac` 10 µs each time. */
  readonly key: KeyObject
}

interface Event {
  readonly id: string
  readonly createdAt: string
  readonly body: Buffer
  /** One an endpoint, in their order. */
  readonly deliveries: ReadonlyArray<string>
  /** With its place in the sequence, after the commit. */
  readonly done: (sequence: string) => void
}

interface Attempt {
  readonly id: string
  readonly record: string
  readonly response: Buffer
}

/** As many rows as Sluice takes in one statement. */
const maxRows = 256

const statement = `
with e as materialized (select * from unnest($1::uuid[], $2::timestamptz[], $3::bytea[]) with ordinality
  as e(id, at, body, n)),
m as (insert into messages (id, type, created_at, body) select id, '${type}', at, body from e order by n
  returning id, seq, type, created_at),
d as (insert into deliveries (id, message_id, seq, endpoint_id, lane, type, state, due_at, created_at)
  select d.id, m.id, m.seq, d.endpoint_id, 'e:' || d.endpoint_id, m.type, 'pending', m.created_at, m.created_at
  from m join unnest($4::uuid[], $5::uuid[], $6::text[]) as d(id, message_id, endpoint_id) on d.message_id = m.id),
a as materialized (select * from unnest($7::uuid[], $8::text[], $9::bytea[]) as a(id, record, response)),
u as (update deliveries set state = 'delivered', due_at = null, finished_at = clock_timestamp(), attempts = 1, round = 1
  from a where deliveries.id = a.id),
i as (insert into delivery_attempts select id, 1, record, response from a)
select id, seq from m`

export const open = async (databaseUrl: string, endpoints: ReadonlyArray<Endpoint>) => {
  const client = new pg.Client({ connectionString: databaseUrl, application_name: "baseline" })
  await client.connect()
  // As Sluice's writers set them: a plan that was made while the tables were empty must not read them through.
  await client.query("set enable_seqscan = off; set enable_mergejoin = off; set jit = off")
  await client.query("set plan_cache_mode = force_generic_plan")
  const agent = new Agent({ connections: 256, pipelining: 1, headersTimeout: 15_000, bodyTimeout: 15_000 })

  let events: Array<Event> = []
  let attempts: Array<Attempt> = []
  let writing = false

  const write = async () => {
    if (writing) return
    writing = true
    while (events.length + attempts.length > 0) {
      const made = events.splice(0, maxRows)
      const ended = attempts.splice(0, maxRows)
      const deliveries = made.flatMap((event) =>
        event.deliveries.map((id, n) => [id, event.id, endpoints[n]?.id ?? ""] as const)
      )
      const { rows } = await client.query({
        name: "write",
        text: statement,
        values: [
          made.map(({ id }) => id),
          made.map(({ createdAt }) => createdAt),
          made.map(({ body }) => body),
          deliveries.map(([id]) => id),
          deliveries.map(([, message]) => message),
          deliveries.map(([, , endpoint]) => endpoint),
          ended.map(({ id }) => id),
          ended.map(({ record }) => record),
          ended.map(({ response }) => response)
        ]
      })
      const sequences = new Map(rows.map((row) => [row.id as string, String(row.seq)]))
      for (const event of made) event.done(sequences.get(event.id) ?? "")
    }
    writing = false
  }

  const send = async (endpoint: Endpoint, event: Event, delivery: string, sequence: string) => {
    const startedAt = Date.now()
    const begun = performance.now()
    const id = `msg-${event.id.replaceAll("-", "")}`
    const timestamp = String(Math.floor(startedAt / 1000))
    const signature = createHmac("sha256", endpoint.key).update(`${id}.${timestamp}.`).update(event.body).digest(
      "base64"
    )
    const answer = await request(endpoint.url, {
      method: "POST",
      dispatcher: agent,
      body: event.body,
      headers: {
        "content-type": "application/json",
        "user-agent": "Sluice/1",
        "webhook-id": id,
        "webhook-timestamp": timestamp,
        "webhook-signature": `v1,${signature}`,
        "webhook-type": type,
        "webhook-sequence": sequence
      }
    })
    const response = Buffer.from(await answer.body.arrayBuffer())
    const record = JSON.stringify({
      number: 1,
      startedAt,
      durationMs: Math.round((performance.now() - begun) * 1e6) / 1e6,
      response: { status: answer.statusCode, headers: answer.headers, truncated: false }
    })
    attempts.push({ id: delivery, record, response })
    void write()
  }

  /** Answers after the commit; sends from then on. */
  const store = (id: string, createdAt: number, body: string): Promise<void> =>
    new Promise((resolve) => {
      const event: Event = {
        id,
        createdAt: new Date(createdAt).toISOString(),
        body: Buffer.from(body),
        deliveries: endpoints.map(() => uuidV7()),
        done: (sequence) => {
          resolve()
          for (const [n, endpoint] of endpoints.entries()) {
            void send(endpoint, event, event.deliveries[n] ?? "", sequence)
          }
        }
      }
      events.push(event)
      void write()
    })

  return { store, close: () => client.end() }
}
