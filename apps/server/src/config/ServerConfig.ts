/**
 * Reads the environment, and checks all of it before anything starts. Contract: section 2.
 *
 * Pure: a record of variables in, a configuration or its faults out. Each fault names the variable and how to mend it,
 * and none repeats a value that may be a secret. An empty variable counts as unset.
 */
import type { Address } from "@sluice/cluster/Address"
import * as AddressGuard from "@sluice/http-client/AddressGuard"
import { type EgressProxy, parseProxy } from "@sluice/http-client/internal/connection/EgressProxy"
import { readKeys as readEncryptionKeys } from "@sluice/persistence/internal/secrets/EncryptionKeys"
import * as DatabaseUrl from "@sluice/persistence/internal/sql/hosts/DatabaseUrl"
import type { RetentionTimes } from "@sluice/persistence/upkeep/Retention"
import { Duration, Redacted, Result } from "effect"
import type * as IpNetwork from "effect/net/IpNetwork"
import { type ApiKey, readKeys } from "./ApiKeys.ts"
import * as TelemetryConfig from "./TelemetryConfig.ts"

export type Role = "api" | "worker"

export interface ServerConfig {
  /** 0 lets the system choose. */
  readonly port: number
  readonly host: string
  /** Absent: the embedded PostgreSQL. */
  readonly databaseUrl: Redacted.Redacted | undefined
  readonly dataDirectory: string
  readonly settingsFile: string | undefined
  /**
   * The keys of the environment. If no keys are stored either, requests need none, and only this machine is served.
   */
  readonly apiKeys: ReadonlyArray<ApiKey>
  /** The file that names several databases and the tenants; keys can name a tenant where it is set. */
  readonly cellsFile: string | undefined
  /**
   * The address of this process in a cluster; absent: there are no owners, and each process serves all cells itself.
   */
  readonly cluster: Address | undefined
  /** True if keys can name a tenant, because `SLUICE_CELLS` is set. */
  readonly hasTenants: boolean
  /** 32 bytes each; the first seals. Empty: one is generated in the data directory, unless `databaseUrl` is there. */
  readonly encryptionKeys: ReadonlyArray<Redacted.Redacted<Uint8Array>>
  readonly allowedNetworks: ReadonlyArray<IpNetwork.IpNetwork>
  /** The proxy for every outbound request; absent: requests go directly. */
  readonly egressProxy: EgressProxy | undefined
  /** A PEM file with certificate authorities that are trusted besides those of the platform. */
  readonly caCertificates: string | undefined
  readonly roles: ReadonlySet<Role>
  /** The address under which partners reach this server, without a trailing slash. Absent: where it listens. */
  readonly publicUrl: string | undefined
  /**
   * The time after SIGTERM in which requests are served as before, while readiness reports that the process is
   * stopping.
   */
  readonly drain: Duration.Duration
  /** The retention of each kind of data. */
  readonly retention: RetentionTimes
  readonly telemetry: TelemetryConfig.TelemetryConfig
}

export type Environment = Readonly<Record<string, string | undefined>>

/** The faults, one sentence for each variable. */
export type ConfigFaults = ReadonlyArray<string>

export const decode = (environment: Environment): Result.Result<ServerConfig, ConfigFaults> => {
  const faults: Array<string> = []
  const read = <A>(name: string, absent: A, parse: (value: string) => Result.Result<A, string>): A => {
    const value = environment[name]?.trim()
    if (value === undefined || value === "") return absent
    const parsed = parse(value)
    if (Result.isSuccess(parsed)) return parsed.success
    faults.push(`${name} ${parsed.failure}`)
    return absent
  }

  const telemetry = TelemetryConfig.decode(environment)
  const hasTenants = (environment["SLUICE_CELLS"] ?? "").trim() !== ""
  const clusterHost = read<string | undefined>("SLUICE_CLUSTER_HOST", undefined, host)
  const clusterPort = read<number | undefined>("SLUICE_CLUSTER_PORT", undefined, clusterPortOf)
  faults.push(...clusterFaults(environment))
  const config: Omit<ServerConfig, "telemetry"> = {
    port: read("PORT", 8080, port),
    host: read("HOST", "127.0.0.1", host),
    databaseUrl: read<Redacted.Redacted | undefined>("DATABASE_URL", undefined, databaseUrl),
    dataDirectory: read("SLUICE_DATA_DIR", ".sluice", Result.succeed),
    settingsFile: read<string | undefined>("SLUICE_CONFIG", undefined, Result.succeed),
    apiKeys: read("SLUICE_API_KEYS", [], readKeys(hasTenants)),
    hasTenants,
    cellsFile: read<string | undefined>("SLUICE_CELLS", undefined, cellsFile(environment)),
    cluster: clusterHost === undefined || clusterPort === undefined
      ? undefined
      : { host: clusterHost, port: clusterPort },
    encryptionKeys: read<ServerConfig["encryptionKeys"]>("SLUICE_ENCRYPTION_KEY", [], readEncryptionKeys),
    allowedNetworks: read("SLUICE_ALLOW_NETWORKS", [], networks),
    egressProxy: read<EgressProxy | undefined>("SLUICE_EGRESS_PROXY", undefined, parseProxy),
    caCertificates: read<string | undefined>("SLUICE_CA_CERTS", undefined, Result.succeed),
    roles: read("SLUICE_ROLES", new Set(allRoles), roles),
    publicUrl: read<string | undefined>("SLUICE_PUBLIC_URL", undefined, publicUrl),
    drain: read("SLUICE_DRAIN", Duration.zero, drain),
    retention: read("SLUICE_RETENTION", defaultRetention, retention)
  }
  if (Result.isFailure(telemetry)) return Result.fail([...faults, ...telemetry.failure])
  return faults.length === 0 ? Result.succeed({ ...config, telemetry: telemetry.success }) : Result.fail(faults)
}

const port = (value: string): Result.Result<number, string> =>
  /^\d{1,5}$/.test(value) && Number(value) <= 65_535
    ? Result.succeed(Number(value))
    : Result.fail(`"${value}" is not a port: write a number from 0 to 65535, for example 8080`)

const host = (value: string): Result.Result<string, string> => {
  const bare = value.startsWith("[") && value.endsWith("]") ? value.slice(1, -1) : value
  return /^[A-Za-z0-9.:_%-]+$/.test(bare) && (bare === value || bare.includes(":"))
      && (!bare.includes(":") || URL.canParse(`http://[${bare.replace(/%.*$/, "")}]/`))
    ? Result.succeed(bare)
    : Result.fail(`"${value}" is not a host: write a name or an address without scheme or port, for example 127.0.0.1`)
}

const databaseUrl = (value: string): Result.Result<Redacted.Redacted, string> =>
  Result.mapBoth(DatabaseUrl.parse(value), {
    onSuccess: () => Redacted.make(value),
    onFailure: (fault) => `${fault}, or unset it to use the embedded one`
  })

const clusterPortOf = (value: string): Result.Result<number, string> =>
  value === "0"
    ? Result.fail("\"0\" names no port that others could know: write a number from 1 to 65535, for example 8090")
    : port(value)

const isSet = (environment: Environment, name: string): boolean => (environment[name] ?? "").trim() !== ""

/** Both or neither, with a key that proves a process to another, and a database that several processes can share. */
const clusterFaults = (environment: Environment): ReadonlyArray<string> => {
  const [host, port] = ["SLUICE_CLUSTER_HOST", "SLUICE_CLUSTER_PORT"].map((name) => isSet(environment, name))
  if (host !== true && port !== true) return []
  const set = host === true ? "SLUICE_CLUSTER_HOST" : "SLUICE_CLUSTER_PORT"
  if (host !== port) {
    const other = host === true ? "SLUICE_CLUSTER_PORT" : "SLUICE_CLUSTER_HOST"
    return [`${set} is set without ${other}: set both, or neither`]
  }
  if (!isSet(environment, "SLUICE_ENCRYPTION_KEY")) {
    return [
      `${set} is set without SLUICE_ENCRYPTION_KEY, with which processes prove themselves: set the same key for all`
    ]
  }
  return isSet(environment, "DATABASE_URL") || isSet(environment, "SLUICE_CELLS")
    ? []
    : [`${set} is set without DATABASE_URL or SLUICE_CELLS: the embedded PostgreSQL serves one process`]
}

const cellsFile = (environment: Environment) => (value: string): Result.Result<string, string> =>
  (environment["DATABASE_URL"] ?? "").trim() === ""
    ? Result.succeed(value)
    : Result.fail("is set beside DATABASE_URL: unset one of them, the file names the databases")

/** The guard's message opens with the variable's name, which the caller adds. */
const networks = (value: string): Result.Result<ReadonlyArray<IpNetwork.IpNetwork>, string> =>
  Result.mapError(AddressGuard.parseNetworks(value), ({ message }) => message.replace(/^SLUICE_ALLOW_NETWORKS:? /, ""))

const allRoles: ReadonlyArray<Role> = ["api", "worker"]

const roles = (value: string): Result.Result<ReadonlySet<Role>, string> => {
  const named = value.split(",").map((role) => role.trim()).filter((role) => role !== "")
  const unknown = named.find((role) => !(allRoles as ReadonlyArray<string>).includes(role))
  if (unknown !== undefined) return Result.fail(`names "${unknown}": write api, worker, or api,worker`)
  if (named.length === 0) return Result.fail("names no role: write api, worker, or api,worker")
  return Result.succeed(new Set(named as ReadonlyArray<Role>))
}

const publicUrl = (value: string): Result.Result<string, string> => {
  const url = /^https?:\/\//i.test(value) ? URL.parse(value) : null
  if (url === null) {
    return Result.fail("is not an http: or https: address: write for example https://sluice.example.com")
  }
  const extra = url.username !== "" || url.password !== "" ? "a user" : /[?]/.test(value) ?
    "a query"
    : value.includes("#")
    ? "a fragment"
    : undefined
  return extra === undefined
    ? Result.succeed(url.href.replace(/\/+$/, ""))
    : Result.fail(`has ${extra}: write the address without, for example https://sluice.example.com`)
}

const units: Readonly<Record<string, (amount: number) => Duration.Duration>> = {
  s: Duration.seconds,
  m: Duration.minutes,
  h: Duration.hours,
  d: Duration.days,
  w: Duration.weeks
}

const drainUnits: typeof units = { ms: Duration.millis, s: Duration.seconds, m: Duration.minutes }

const longestDrain = Duration.minutes(10)

const drain = (value: string): Result.Result<Duration.Duration, string> => {
  const [, amount = "0", unit = ""] = /^(\d{1,6})(ms|s|m)$/.exec(value) ?? []
  const duration = drainUnits[unit]?.(Number(amount))
  return duration !== undefined && Duration.isLessThanOrEqualTo(duration, longestDrain)
    ? Result.succeed(duration)
    : Result.fail(`"${value}" is not a time to drain: write a whole number and ms, s or m, at most 10m, for example 5s`)
}

const retentionUnits: typeof units = { ...units, y: (amount) => Duration.days(365 * amount) }

const keepFor = (value: string): Result.Result<Duration.Duration, string> => {
  const [, amount = "0", unit = ""] = /^(\d{1,6})([smhdwy])$/.exec(value) ?? []
  const duration = retentionUnits[unit]?.(Number(amount))
  return duration !== undefined && Number(amount) > 0
    ? Result.succeed(duration)
    : Result.fail(`"${value}" is not a time: write a whole number above 0 and s, m, h, d, w or y, for example 90d`)
}

const retentionKinds = ["callouts", "deliveries", "orders", "audit"] as const

const isRetentionKind = (name: string): name is keyof RetentionTimes =>
  (retentionKinds as ReadonlyArray<string>).includes(name)

const defaultRetention: RetentionTimes = { callouts: Duration.days(90), deliveries: Duration.days(90) }

/** A bare time is that of callouts and deliveries; a kind that is not named keeps its default. */
const retention = (value: string): Result.Result<RetentionTimes, string> => {
  if (!value.includes("=")) return Result.map(keepFor(value), (time) => ({ callouts: time, deliveries: time }))
  const times: { -readonly [Kind in keyof RetentionTimes]?: Duration.Duration } = {}
  for (const entry of value.split(",").map((one) => one.trim())) {
    const [, kind = "", time = ""] = /^([^=]*)=?(.*)$/s.exec(entry)?.map((one) => one.trim()) ?? []
    if (!isRetentionKind(kind)) {
      return Result.fail(
        `names "${kind}": write some of ${retentionKinds.join(", ")}, for example callouts=90d,audit=2y`
      )
    }
    if (times[kind] !== undefined) return Result.fail(`names ${kind} twice: write each kind once`)
    const read = keepFor(time)
    if (Result.isFailure(read)) return Result.fail(read.failure)
    times[kind] = read.success
  }
  return Result.succeed({ ...defaultRetention, ...times })
}
