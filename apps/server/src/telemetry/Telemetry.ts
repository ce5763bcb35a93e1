/**
 * Sends traces and logs over OTLP, if `TelemetryConfig` has an endpoint. They are sent in batches in the background; an
 * unavailable collector loses a minute's spans, and delays no order.
 */
import type { TraceSpan } from "@sluice/domain/identity/TraceSpan"
import { Context, Effect, Layer, Logger, Redacted } from "effect"
import { FetchHttpClient } from "effect/http"
import { OtlpExporter, OtlpLogger, OtlpResource, OtlpSerialization, type OtlpTracer } from "effect/observability"
import type { TelemetryConfig } from "../config/TelemetryConfig.ts"

type OtlpSpan = OtlpTracer.ScopeSpan["spans"][number]

const kinds = { internal: 1, server: 2, client: 3 } as const

const nanoseconds = (milliseconds: number): string => `${BigInt(Math.round(milliseconds * 1e3)) * 1000n}`

const otlpSpan = (span: TraceSpan): OtlpSpan => ({
  traceId: span.traceId,
  spanId: span.spanId,
  parentSpanId: span.parentSpanId,
  name: span.name,
  kind: kinds[span.kind],
  startTimeUnixNano: nanoseconds(span.startedAt),
  endTimeUnixNano: nanoseconds(span.finishedAt),
  attributes: OtlpResource.entriesToAttributes(
    Object.entries(span.attributes).filter(([, value]) => value !== undefined)
  ),
  droppedAttributesCount: 0,
  events: [],
  droppedEventsCount: 0,
  status: span.error === undefined ? { code: 0 } : { code: 2, message: span.error },
  links: span.link === undefined ? [] : [{ ...span.link, attributes: [], droppedAttributesCount: 0 }],
  droppedLinksCount: 0
})

/** True if the trace is sampled, by the last 56 bits of its id, as the standard's `traceidratio` does. */
export const isSampled = (traceId: string, ratio: number): boolean =>
  ratio >= 1 || Number.parseInt(traceId.slice(18), 16) < ratio * 2 ** 56

/** The receiver of spans; `undefined` if traces are off, so that none are created. */
export class Telemetry extends Context.Service<Telemetry, {
  readonly tell: ((span: TraceSpan) => void) | undefined
}>()("@sluice/server/Telemetry") {
  static readonly layer = (config: TelemetryConfig) => Layer.effect(Telemetry, make(config)).pipe(wired(config))
}

const wired = ({ protocol }: TelemetryConfig) =>
  Layer.provide([
    OtlpExporter.layerFlusher,
    FetchHttpClient.layer,
    protocol === "http/json" ? OtlpSerialization.layerJson : OtlpSerialization.layerProtobuf
  ])

const resourceOf = ({ serviceName, attributes }: TelemetryConfig) => ({ serviceName, attributes })

const make = Effect.fnUntraced(function*(config: TelemetryConfig) {
  const { traces, compression, headers, ratio } = config
  if (traces === undefined) return Telemetry.of({ tell: undefined })
  const { traces: serialize } = yield* OtlpSerialization.OtlpSerialization
  const resource = OtlpResource.make(resourceOf(config))
  const exporter = yield* OtlpExporter.make({
    label: "Sluice",
    url: traces,
    headers: Redacted.value(headers),
    compression,
    exportInterval: "1 second",
    maxBatchSize: 1000,
    shutdownTimeout: "3 seconds",
    body: (spans: Array<TraceSpan>) => [
      serialize({
        resourceSpans: [{
          resource,
          scopeSpans: [{ scope: { name: "sluice" }, spans: spans.map(otlpSpan) }]
        }]
      }),
      Effect.void
    ]
  })
  return Telemetry.of({ tell: (span) => isSampled(span.traceId, ratio) && exporter.push(span) })
})

/** Sends the process's log, besides printing it. */
export const logs = (config: TelemetryConfig): Layer.Layer<never> =>
  config.logs === undefined
    ? Layer.empty
    : Logger.layer([
      OtlpLogger.make({
        url: config.logs,
        resource: resourceOf(config),
        headers: Redacted.value(config.headers),
        compression: config.compression
      })
    ], { mergeWithExisting: true }).pipe(wired(config))
