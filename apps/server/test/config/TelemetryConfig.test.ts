import { assert, describe, it } from "@effect/vitest"
import { Redacted, Result } from "effect"
import { decode } from "../../src/config/TelemetryConfig.ts"
import { isSampled } from "../../src/telemetry/Telemetry.ts"

type Variables = Readonly<Record<string, string>>

const collector = "http://collector:4318"

describe("TelemetryConfig", () => {
  const places: ReadonlyArray<readonly [Variables, string | undefined, string | undefined]> = [
    [{}, undefined, undefined],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: `${collector}/` }, `${collector}/v1/traces`, `${collector}/v1/logs`],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${collector}/t` }, `${collector}/t`, undefined],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: collector, OTEL_LOGS_EXPORTER: "none" }, `${collector}/v1/traces`, undefined],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: collector, OTEL_TRACES_EXPORTER: "none" }, undefined, `${collector}/v1/logs`],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: collector, OTEL_TRACES_SAMPLER: "always_off" }, undefined, `${collector}/v1/logs`],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: collector, OTEL_SDK_DISABLED: "TRUE" }, undefined, undefined]
  ]
  it.each(places)("%j sends traces to %s and logs to %s", (variables, traces, logs) => {
    const config = Result.getOrThrow(decode(variables))
    assert.deepStrictEqual([config.traces, config.logs], [traces, logs])
  })

  it("reads headers as they are encoded", () => {
    const { headers } = Result.getOrThrow(decode({ OTEL_EXPORTER_OTLP_HEADERS: "api-key=a%2Cb=,x=1" }))
    assert.deepStrictEqual(Redacted.value(headers), { "api-key": "a,b=", x: "1" })
  })

  const refusals: ReadonlyArray<readonly [Variables, RegExp]> = [
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: "collector:4318" }, /^OTEL_EXPORTER_OTLP_ENDPOINT is not a URL: write http:\/\//],
    [{ OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" }, /^OTEL_EXPORTER_OTLP_PROTOCOL "grpc" .*http\/protobuf or http\/json/],
    [{ OTEL_EXPORTER_OTLP_COMPRESSION: "zstd" }, /^OTEL_EXPORTER_OTLP_COMPRESSION "zstd" .*gzip or none/],
    [{ OTEL_EXPORTER_OTLP_HEADERS: "hunter2" }, /^OTEL_EXPORTER_OTLP_HEADERS is not name=value(?!.*hunter2)/],
    [{ OTEL_EXPORTER_OTLP_HEADERS: "a=%" }, /^OTEL_EXPORTER_OTLP_HEADERS /],
    [{ OTEL_TRACES_SAMPLER: "sometimes" }, /^OTEL_TRACES_SAMPLER "sometimes" is not known: write always_on/],
    [{ OTEL_TRACES_SAMPLER_ARG: "2" }, /^OTEL_TRACES_SAMPLER_ARG "2" is not a number from 0 to 1/]
  ]
  it.each(refusals)("refuses %j in one sentence", (variables, message) => {
    const faults = decode(variables)
    assert.isTrue(Result.isFailure(faults))
    if (Result.isFailure(faults)) {
      assert.lengthOf(faults.failure, 1)
      assert.match(faults.failure[0]!, message)
    }
  })

  it("samples the same traces in every process", () => {
    const ids = Array.from({ length: 4096 }, (_, n) => `${"0".repeat(18)}${(n * 16).toString(16).padStart(4, "0")}`)
      .map((start) => start.padEnd(32, "8"))
    const taken = ids.filter((id) => isSampled(id, 0.25))
    assert.strictEqual(taken.length, ids.length / 4)
    assert.isTrue(taken.every((id) => isSampled(id, 0.5)))
    assert.isTrue(ids.every((id) => isSampled(id, 1)) && !ids.some((id) => isSampled(id, 0)))
  })
})
