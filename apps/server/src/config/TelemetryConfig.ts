/**
 * Reads the destination of traces and logs from the variables that OpenTelemetry defines; none unless an endpoint is
 * set. Source: OpenTelemetry, "OTLP Exporter Configuration" and "SDK Environment Variables".
 *
 * Pure, and like `ServerConfig` it repeats no value that may be a secret.
 */
import { Redacted, Result } from "effect"

export interface TelemetryConfig {
  /** The endpoint for traces; absent: none are sent. */
  readonly traces?: string
  readonly logs?: string
  /** The service name in traces and logs; `sluice` by default. */
  readonly serviceName: string
  readonly attributes: Readonly<Record<string, string>>
  /**
   * The protocol; JSON by default: encoding takes an eighth of the time of Protobuf here, and collectors read both.
   */
  readonly protocol: "http/protobuf" | "http/json"
  readonly compression: "gzip" | "none"
  readonly headers: Redacted.Redacted<Readonly<Record<string, string>>>
  /** The share of traces that are sent, from 0 to 1: whole traces, and the same ones in every process. */
  readonly ratio: number
}

type Variables = Readonly<Record<string, string | undefined>>

const url = (value: string): Result.Result<string, string> => {
  const protocol = URL.parse(value)?.protocol
  return protocol === "http:" || protocol === "https:"
    ? Result.succeed(value)
    : Result.fail("is not a URL: write http://host:4318 or https://…")
}

const protocol = (value: string): Result.Result<TelemetryConfig["protocol"], string> =>
  value === "http/protobuf" || value === "http/json"
    ? Result.succeed(value)
    : Result.fail(`"${value}" is not spoken here: write http/protobuf or http/json`)

const compression = (value: string): Result.Result<TelemetryConfig["compression"], string> =>
  value === "gzip" || value === "none"
    ? Result.succeed(value)
    : Result.fail(`"${value}" is not known: write gzip or none`)

/** `name=value,name=value`, each value percent-encoded. */
const pairs = (value: string): Result.Result<Readonly<Record<string, string>>, string> => {
  const fault = Result.fail("is not name=value,name=value with percent-encoded values")
  const entries: Array<[string, string]> = []
  for (const part of value.split(",")) {
    const [, name, encoded] = /^\s*([!#$%&'*+\-.^_`|~0-9A-Za-z]+)\s*=(.*)$/.exec(part) ?? []
    if (name === undefined || encoded === undefined) return fault
    try {
      entries.push([name, decodeURIComponent(encoded.trim())])
    } catch {
      return fault
    }
  }
  return Result.succeed(Object.fromEntries(entries))
}

/** Headers that a request can carry; the client's own refusal of another would repeat its value. */
const headersOf = (value: string): ReturnType<typeof pairs> =>
  Result.flatMap(pairs(value), (headers) =>
    Object.values(headers).every((one) => /^[\t\x20-\x7e\x80-\xff]*$/.test(one))
      ? Result.succeed(headers)
      : Result.fail("has a value that no header can carry: leave out line breaks and characters above U+00FF"))

const ratio = (value: string): Result.Result<number, string> => {
  const number = Number(value)
  return value.trim() !== "" && number >= 0 && number <= 1
    ? Result.succeed(number)
    : Result.fail(`"${value}" is not a number from 0 to 1`)
}

const samplers: Readonly<Record<string, "all" | "none" | "ratio">> = {
  always_on: "all",
  parentbased_always_on: "all",
  always_off: "none",
  parentbased_always_off: "none",
  traceidratio: "ratio",
  parentbased_traceidratio: "ratio"
}

const sampler = (value: string): Result.Result<"all" | "none" | "ratio", string> => {
  const known = Object.hasOwn(samplers, value) ? samplers[value] : undefined
  return known === undefined
    ? Result.fail(`"${value}" is not known: write ${Object.keys(samplers).join(", ")}`)
    : Result.succeed(known)
}

/** Reads the settings of telemetry from the environment. Each fault names its variable. */
export const decode = (variables: Variables): Result.Result<TelemetryConfig, ReadonlyArray<string>> => {
  const faults: Array<string> = []
  const read = <A>(name: string, absent: A, parse: (value: string) => Result.Result<A, string>): A => {
    const value = variables[name]?.trim()
    if (value === undefined || value === "") return absent
    const parsed = parse(value)
    if (Result.isSuccess(parsed)) return parsed.success
    faults.push(`${name} ${parsed.failure}`)
    return absent
  }
  const all = read<string | undefined>("OTEL_EXPORTER_OTLP_ENDPOINT", undefined, url)
  const off = variables["OTEL_SDK_DISABLED"]?.trim().toLowerCase() === "true"
  const endpoint = (signal: "TRACES" | "LOGS") => {
    const own = read<string | undefined>(`OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`, undefined, url)
    if (off || variables[`OTEL_${signal}_EXPORTER`]?.trim() === "none") return undefined
    return own ?? (all === undefined ? undefined : `${all.replace(/\/$/, "")}/v1/${signal.toLowerCase()}`)
  }
  const traces = endpoint("TRACES")
  const logs = endpoint("LOGS")
  const sampled = read("OTEL_TRACES_SAMPLER", "all", sampler)
  const part = read("OTEL_TRACES_SAMPLER_ARG", 1, ratio)
  const config: TelemetryConfig = {
    ...(traces !== undefined && sampled !== "none" && { traces }),
    ...(logs !== undefined && { logs }),
    serviceName: read("OTEL_SERVICE_NAME", "sluice", Result.succeed),
    attributes: read("OTEL_RESOURCE_ATTRIBUTES", {}, pairs),
    protocol: read("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json", protocol),
    compression: read("OTEL_EXPORTER_OTLP_COMPRESSION", "none", compression),
    headers: Redacted.make(read("OTEL_EXPORTER_OTLP_HEADERS", {}, headersOf)),
    ratio: sampled === "ratio" ? part : 1
  }
  return faults.length === 0 ? Result.succeed(config) : Result.fail(faults)
}
