/**
 * Takes the answer that a partner sends to the callback URL of an attempt. Contract: section 6, "Waiting for a callback".
 */
import { type ProcessEventId, processEventId } from "@sluice/domain/identity/Ids"
import { writeCanonical, writeJson } from "@sluice/domain/internal/json/JsonInTurns"
import { turnFor } from "@sluice/domain/internal/json/LargeText"
import * as Utf8 from "@sluice/domain/internal/json/Utf8"
import type * as Json from "@sluice/domain/json/Json"
import { both, makeRedactor } from "@sluice/domain/redaction/Redaction"
import type { RunState } from "@sluice/domain/run/ProcessEvent"
import { Clock, Context, Effect, Layer, Schema } from "effect"
import { Digest } from "effect/crypto"
import { isToken } from "../callouts/CallbackUrl.ts"
import { Journal, type JournalUnavailable } from "../journal/Journal.ts"
import { Settings } from "../settings/Settings.ts"
import { redactorOf } from "../steps/StepRedaction.ts"

/** No attempt has this token, or its order is not kept any more. */
export class CallbackUnknown extends Schema.TaggedError<CallbackUnknown>()("CallbackUnknown", {}) {}

/** The step has taken another answer before. */
export class CallbackConflict extends Schema.TaggedError<CallbackConflict>()("CallbackConflict", {
  processEventId: Schema.String
}) {}

/** The step does not wait for an answer any more. */
export class CallbackTooLate extends Schema.TaggedError<CallbackTooLate>()("CallbackTooLate", {
  processEventId: Schema.String,
  state: Schema.String
}) {}

/** The run that goes on with the answer. */
export interface CallbackReceipt {
  readonly orderId: string
  readonly processEventId: ProcessEventId
  readonly state: RunState
}

export class TakeCallback extends Context.Service<TakeCallback, {
  /** Answers after the commit; the same answer again changes nothing. `body` is absent where none was sent. */
  readonly take: (
    token: string,
    headers: Readonly<Record<string, string>>,
    body: Json.Json | undefined
  ) => Effect.Effect<
    CallbackReceipt,
    CallbackUnknown | CallbackConflict | CallbackTooLate | JournalUnavailable
  >
}>()("@sluice/engine/TakeCallback") {
  static readonly layer = Layer.effect(TakeCallback, Effect.suspend(() => make))
}

const nothing = new Uint8Array(0)

const make = Effect.gen(function*() {
  const journal = yield* Journal
  const settings = yield* Settings
  const digest = yield* Digest.Digest
  const clock = yield* Clock.Clock

  const take: TakeCallback["Service"]["take"] = Effect.fn("TakeCallback.take")(function*(token, headers, body) {
    if (!isToken(token)) return yield* new CallbackUnknown()
    const redactor = both(redactorOf(settings.current().secrets), makeRedactor([token]))
    const text = body === undefined ? "" : yield* writeJson(body)
    yield* turnFor(text.length)
    const kept = redactor.text(text)
    yield* turnFor(text.length)
    const fingerprint = yield* digest.digest(
      Digest.sha256,
      body === undefined ? nothing : Utf8.encode(yield* writeCanonical(body))
    )
    yield* turnFor(text.length)
    const taken = yield* journal.takeCallback(token, {
      headers: redactor.headers(headers),
      body: Utf8.encode(kept),
      fingerprint,
      at: clock.currentTimeMillisUnsafe()
    })
    if (taken._tag === "Unknown") return yield* new CallbackUnknown()
    const { orderId, runId, state } = taken
    const id = processEventId(runId)
    if (taken._tag === "Contradicts") return yield* new CallbackConflict({ processEventId: id })
    if (taken._tag === "TooLate") return yield* new CallbackTooLate({ processEventId: id, state })
    const receipt: CallbackReceipt = { orderId, processEventId: id, state }
    return receipt
  })

  return TakeCallback.of({ take })
})
