/** The settings that a check runs with: two pipelines of one step, which differ in whether its failure ends the run. */
import type { JsonObject } from "@sluice/domain/json/Json"
import { Expressions } from "@sluice/engine/expressions/Expressions"
import { Plugins } from "@sluice/engine/plugins/Plugins"
import { Settings } from "@sluice/engine/settings/Settings"
import * as SettingsStatic from "@sluice/engine/settings/SettingsStatic"
import { Outbound } from "@sluice/http-client/Outbound"
import { Effect, Layer, Redacted } from "effect"
import { noExpressions, plugins } from "./Play.ts"

export type CheckedStep = "WebhookWorkflowStep" | "calloutPlugin"

export interface PartnerCheckOptions {
  /** `http:` or `https:`. The address guard applies to it as to any setting. */
  readonly url: string
  /** The step that will call the partner. Default: `WebhookWorkflowStep`. */
  readonly step?: CheckedStep | undefined
  /** Milliseconds for each attempt; default the step's own, 30 s or 2 s. */
  readonly timeoutMs?: number | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly credentials?:
    | { readonly bearerToken: Redacted.Redacted }
    | { readonly username: string; readonly password: Redacted.Redacted }
    | undefined
  /** For callouts: the statuses that fail it. Default: none, as in the contract. */
  readonly shouldRejectOn?: ReadonlyArray<number> | undefined
  /** Orders to send instead of the samples, by name; the first is the one that is repeated. */
  readonly orders?: ReadonlyArray<{ readonly name: string; readonly order: JsonObject }> | undefined
  /** Requests of which the speed is taken, 1 to 100; default 5. */
  readonly speedSamples?: number | undefined
}

/** The names of the two pipelines. */
export const policies = ["critical", "tolerant"] as const
export type Policy = (typeof policies)[number]

/** The default timeouts of the steps, in milliseconds. */
const defaultTimeoutMs: Readonly<Record<CheckedStep, number>> = { WebhookWorkflowStep: 30_000, calloutPlugin: 2000 }

export const stepOf = ({ step = "WebhookWorkflowStep" }: PartnerCheckOptions): CheckedStep => step
export const timeoutOf = (options: PartnerCheckOptions): number =>
  options.timeoutMs ?? defaultTimeoutMs[stepOf(options)]

/** The order's status where the step stops the run, chosen to be recognisable. */
const errorStatus = "StoppedByCheck"

const workflowStep = (critical: boolean): JsonObject => ({
  name: "WebhookWorkflowStep",
  id: "check",
  Connector: "Webhook",
  ConnectorId: "check",
  StopOnError: critical,
  Properties: [{ Key: "ErrorStatus", Value: errorStatus }]
})

const connector = (options: PartnerCheckOptions): JsonObject => ({
  Name: "Webhook",
  ConnectorId: "check",
  Host: options.url,
  Timeout: timeoutOf(options),
  ...(options.headers !== undefined && { CustomHeaders: options.headers }),
  ...(options.credentials !== undefined && ("bearerToken" in options.credentials
    ? { BearerToken: Redacted.value(options.credentials.bearerToken) }
    : { Username: options.credentials.username, Password: Redacted.value(options.credentials.password) }))
})

const calloutStep = (options: PartnerCheckOptions, critical: boolean): JsonObject => ({
  name: "calloutPlugin",
  id: "check",
  critical,
  options: {
    endpoint: options.url,
    timeoutValue: timeoutOf(options),
    shouldRejectOn: { status: options.shouldRejectOn ?? [] },
    ...(options.headers !== undefined && { headers: options.headers })
  }
})

const authProviders = ({ credentials, url }: PartnerCheckOptions): ReadonlyArray<JsonObject> => {
  const domain = URL.parse(url)?.host
  if (credentials === undefined || domain === undefined) return []
  return [
    "bearerToken" in credentials
      ? { name: "check", domain, type: "bearer", token: Redacted.value(credentials.bearerToken) }
      : {
        name: "check",
        domain,
        type: "basic",
        username: credentials.username,
        password: Redacted.value(credentials.password)
      }
  ]
}

const documentOf = (options: PartnerCheckOptions): JsonObject => {
  const workflow = stepOf(options) === "WebhookWorkflowStep"
  return {
    pipelines: policies.map((name) => ({
      name,
      failedStatus: errorStatus,
      steps: [workflow ? workflowStep(name === "critical") : calloutStep(options, name === "critical")]
    })),
    ...(workflow ? { connectors: [connector(options)] } : { authProviders: authProviders(options) })
  }
}

/** An address that the guard refuses is a finding of the report, and no fault of the settings. */
const unguarded = Layer.effect(Outbound, Effect.map(Outbound, (outbound) => ({ ...outbound, refuse: () => undefined })))

/**
 * The settings of a partner check, validated as a settings file is: settings that could not be saved fail with
 * `SettingsInvalid`.
 */
export const checkedSettings = (options: PartnerCheckOptions) =>
  Effect.provide(
    Effect.map(Settings, (settings) => settings),
    SettingsStatic.layer(documentOf(options)).pipe(
      Layer.provide([Layer.succeed(Plugins, plugins), Layer.succeed(Expressions, noExpressions), unguarded])
    )
  )
