/**
 * The same pipeline as a careful programmer would write it by hand, without Sluice: the same three callouts, the same
 * rows and bytes, each stored before the next callout is made. It has no lease, no fence, no takeover, no guard, no
 * redaction, no expressions, no settings, no retries; keys are unique in its tables, and a repeat fails.
 */
import { hash } from "node:crypto"
import { Pool } from "undici"
import { completedStatus, pipelineName, steps, type SubmittedOrder } from "../Order.ts"
import * as BestWriter from "./BestWriter.ts"
import type { StepRow } from "./Rows.ts"
import { uuidV7 } from "./Uuid.ts"
import * as Writer from "./Writer.ts"

/** The order's last version, and its steps as they were stored: what `Prefer: wait` is answered with. */
export interface Ended {
  readonly document: string
  readonly steps: ReadonlyArray<StepRow>
}

export interface Accepted {
  readonly orderId: string
  readonly eventId: string
  readonly runId: string
  /** Passes when the run has ended and that is stored. */
  readonly ended: Promise<Ended>
}

export interface Baseline {
  /** Passes when the order is stored. */
  readonly accept: (order: SubmittedOrder, idempotencyKey: string) => Promise<Accepted>
  readonly close: () => Promise<void>
}

const hex = (uuid: string): string => uuid.replaceAll("-", "")

/** `today`: Sluice's tables; `best`: those that need the least work (`BestWriter`). */
export type Schema = "today" | "best"

export const open = async (databaseUrl: string, partnerUrl: string, schema: Schema): Promise<Baseline> => {
  const writer = await (schema === "best" ? BestWriter : Writer).open(databaseUrl)
  const partner = new Pool(partnerUrl, { connections: 256, headersTimeout: 2000, bodyTimeout: 2000 })

  const run = async (orderId: string, runId: string, document: object, text: string, createdAt: number) => {
    let startedAt = createdAt
    const stored: Array<StepRow> = []
    let last = text
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
      const row: StepRow = { orderId, runId, index, step, calloutId, callout, response, version: 1 }
      stored.push(row)
      if (index < steps.length - 1) await writer.step(row)
      else {
        const at = new Date(finishedAt).toISOString()
        const delta = { status: completedStatus, updatedAt: at, version: 2 }
        last = JSON.stringify({ ...document, ...delta })
        await writer.step({
          ...row,
          version: 2,
          end: {
            at: finishedAt,
            status: completedStatus,
            document: last,
            delta: JSON.stringify(delta),
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
    return { document: last, steps: stored }
  }

  return {
    accept: async (submitted, idempotencyKey) => {
      const orderId = `order-${hex(uuidV7())}`
      const runId = uuidV7()
      const eventId = uuidV7()
      const now = Date.now()
      const at = new Date(now).toISOString()
      const document = { ...submitted, id: orderId, createdAt: at, updatedAt: at, version: 1 }
      const text = JSON.stringify(document)
      await writer.accept({
        id: orderId,
        externalId: submitted.externalId,
        idempotencyKey,
        fingerprint: hash("sha256", JSON.stringify(submitted), "buffer"),
        orderType: submitted.orderType,
        status: submitted.status,
        at: now,
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
