/**
 * One callout as every peer makes it, and what all of them store of it: the request (but for its body, which is the
 * stored order) and the response. Keys of its members stay the same whether it becomes JSON in a table, a step's result
 * or a reply.
 */
import { Pool } from "undici"

export interface CalloutRecord {
  readonly index: number
  readonly endpoint: string
  readonly method: string
  readonly idempotencyKey: string
  readonly orderVersion: number
  /** Milliseconds since the epoch. */
  readonly startedAt: number
  readonly durationMs: number
  readonly headers: Readonly<Record<string, string>>
  readonly response: {
    readonly status: number
    readonly headers: Readonly<Record<string, string>>
    readonly body: string
  }
}

export interface Callouts {
  /** Sends `text` to the partner's `step`. Fails where the answer is not 200, which here is a fault of the benchmark. */
  readonly call: (orderId: string, index: number, step: string, text: string) => Promise<CalloutRecord>
  readonly close: () => Promise<void>
}

export const open = (partnerUrl: string): Callouts => {
  const partner = new Pool(partnerUrl, { connections: 256, headersTimeout: 10_000, bodyTimeout: 10_000 })
  return {
    call: async (orderId, index, step, text) => {
      const hex = orderId.replaceAll("-", "")
      const headers = {
        "content-type": "application/json",
        "idempotency-key": `${hex}-${index}-0`,
        traceparent: `00-${hex}-${hex.slice(16)}-01`
      }
      const startedAt = Date.now()
      const begun = performance.now()
      const answer = await partner.request({ method: "POST", path: `/${step}`, headers, body: text })
      const body = await answer.body.text()
      if (answer.statusCode !== 200) throw new Error(`the partner answered ${answer.statusCode}`)
      return {
        index,
        endpoint: `${partnerUrl}/${step}`,
        method: "POST",
        idempotencyKey: headers["idempotency-key"],
        orderVersion: 1,
        startedAt,
        durationMs: performance.now() - begun,
        headers,
        response: { status: answer.statusCode, headers: answer.headers as Record<string, string>, body }
      }
    },
    close: () => partner.close()
  }
}
