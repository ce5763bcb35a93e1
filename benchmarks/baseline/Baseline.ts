/**
 * What a careful programmer would write by hand for this one pipeline, without Sluice: the same three callouts, the
 * same rows and bytes, each stored before the next callout is made. It has no lease, no fence, no takeover, no guard, no
 * redaction, no expressions, no settings, no retries and no idempotency of its own.
 */
import { Pool } from "undici"
import { completedStatus, pipelineName, steps, type SubmittedOrder } from "../Order.ts"
import { uuidV7 } from "./Uuid.ts"
import { Writer } from "./Writer.ts"

export interface Accepted {
  readonly orderId: string
  readonly eventId: string
  readonly runId: string
  /** Passes when the run has ended and that is stored. */
  readonly ended: Promise<void>
}

export interface Baseline {
  /** Passes when the order is stored. */
  readonly accept: (order: SubmittedOrder) => Promise<Accepted>
  readonly close: () => Promise<void>
}

const hex = (uuid: string): string => uuid.replaceAll("-", "")

export const open = async (databaseUrl: string, partnerUrl: string): Promise<Baseline> => {
  const writer = await Writer.open(databaseUrl)
  const partner = new Pool(partnerUrl, { connections: 256, headersTimeout: 2000, bodyTimeout: 2000 })

  const run = async (orderId: string, runId: string, document: object, text: string, createdAt: number) => {
    let startedAt = createdAt
    for (const [index, id] of steps.entries()) {
      const calloutId = uuidV7()
      const key = `${hex(runId)}-${index}-0`
      const headers = {
        "content-type": "application/json",
        "idempotency-key": key,
        traceparent: `00-${hex(runId)}-${hex(calloutId).slice(16)}-01`
      }
      const calledAt = Date.now()
      const begun = performance.now()
      const answer = await partner.request({ method: "POST", path: `/${id}`, headers, body: text })
      const response = Buffer.from(await answer.body.arrayBuffer())
      const durationMs = performance.now() - begun
      const finishedAt = Date.now()
      const callout = JSON.stringify({
        request: 0,
        attempt: 1,
        endpoint: `${partnerUrl}/${id}`,
        method: "POST",
        idempotencyKey: key,
        orderVersion: 1,
        startedAt: calledAt,
        durationMs,
        headers,
        response: { status: answer.statusCode, headers: answer.headers }
      })
      const step = JSON.stringify({
        phase: "steps",
        stepId: id,
        name: "calloutPlugin",
        critical: true,
        reason: `answered ${answer.statusCode}, which is not in shouldRejectOn.status`,
        startedAt,
        finishedAt
      })
      const row = { orderId, runId, index, step, calloutId, callout, response }
      if (index < steps.length - 1) await writer.step({ ...row, version: 1 })
      else {
        const at = new Date(finishedAt).toISOString()
        await writer.step({
          ...row,
          version: 2,
          end: {
            at,
            status: completedStatus,
            document: JSON.stringify({ ...document, status: completedStatus, updatedAt: at, version: 2 }),
            history: JSON.stringify({
              at,
              operation: "StatusChanged",
              message: "status set because the run completed",
              source: "pipeline",
              before: { status: "New" },
              after: { status: completedStatus }
            })
          }
        })
      }
      startedAt = finishedAt
    }
  }

  return {
    accept: async (submitted) => {
      const orderId = `order-${hex(uuidV7())}`
      const runId = uuidV7()
      const eventId = uuidV7()
      const now = Date.now()
      const at = new Date(now).toISOString()
      const document = { ...submitted, id: orderId, createdAt: at, updatedAt: at, version: 1 }
      const text = JSON.stringify(document)
      await writer.accept({
        id: orderId,
        orderType: submitted.orderType,
        status: submitted.status,
        at,
        eventId,
        runId,
        document: text,
        pipeline: pipelineName
      })
      return { orderId, eventId, runId, ended: run(orderId, runId, document, text, now) }
    },
    close: async () => {
      await partner.close()
      await writer.close()
    }
  }
}
