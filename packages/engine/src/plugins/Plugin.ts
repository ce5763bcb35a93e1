/**
 * A plugin: a value that defines how a step calls a partner and how it judges the answer.
 *
 * A list of these values is all that the engine takes, so adding one
 * touches no engine code. Contract: section 6.
 */
import type { Json, JsonObject } from "@sluice/domain/json/Json"
import type { Fault, Order } from "@sluice/domain/order/Order"
import type { AuthProvider } from "@sluice/domain/pipeline/AuthProvider"
import type { AddressedConnector } from "@sluice/domain/pipeline/Connector"
import type { Pipeline, Step } from "@sluice/domain/pipeline/Pipeline"
import type { OutgoingMessage } from "@sluice/domain/webhook/OutgoingMessage"
import type { Context, Effect, Schema } from "effect"
import type { CalloutAnswer, CalloutRequest } from "./Callout.ts"
import type { PluginError } from "./PluginError.ts"

/** The input of a step. All of it is the same when the step is resumed after a crash. */
export interface StepInput<Options> {
  readonly options: Options
  readonly order: Order
  readonly orderVersion: number
  readonly step: Step
  readonly pipeline: Pipeline
  /** `process_event-…`, which a partner may receive so that its log can be compared with this one. */
  readonly processEventId: string
  readonly shipmentId: string | undefined
  readonly connectors: ReadonlyArray<AddressedConnector>
  readonly authProviders: ReadonlyArray<AuthProvider>
  /** Epoch milliseconds of the step's start. */
  readonly startedAt: number
  /**
   * Makes one callout: attempts, waits, records and keys are the engine's business. A request that was answered before
   * a crash is answered from its record. Called several times, the calls must come in the same order each time.
   */
  readonly callout: (request: CalloutRequest) => Effect.Effect<CalloutAnswer, PluginError>
  /**
   * Runs an effect that is no callout, and records its result under `name`: a second request for that name, in this
   * process or after a crash, returns the recorded result and runs nothing. A failure is not recorded. A process that
   * dies between the effect's end and the commit runs it again, so give it a key to repeat under: `processEventId` and
   * the step's id name this run of the step. Taken in turns with callouts, and none may be made inside it.
   */
  readonly once: <A extends Json, E, R>(
    name: string,
    effect: Effect.Effect<A, E, R>
  ) => Effect.Effect<A, E | PluginError, R>
}

/** The result of a step. */
export interface StepResult {
  readonly output?: Json
  /** The partner did its work and has something to say about it: the step is `warning`, and the run goes on. */
  readonly warns?: boolean
  /** The reason that decided the result, in words. */
  readonly reason?: string
  /** An OrderPatch to merge onto the newest version of the order. */
  readonly patch?: JsonObject
  /** True to remove earlier entries of this plugin from the order's `errors[]`. */
  readonly clearErrors?: boolean
  /** A message that is sent once the step is stored, and repeated until it arrives; the run does not wait for it. */
  readonly message?: OutgoingMessage
  /** Added to the order's history. */
  readonly history?: { readonly operation: string; readonly operationId?: number; readonly message: string }
}

/** The consequences for the run when the step fails. */
export interface StepPolicy {
  /** A failure ends the run. */
  readonly critical: boolean
  /** The state of a step whose failure does not end the run. */
  readonly tolerated: "failed" | "warning"
  /** The order's status when the failure ends the run; absent: unchanged. */
  readonly failedStatus: string | undefined
  /** Failures are noted in the order's `errors[]` and history. */
  readonly notesFailures: boolean
}

/** A callout for which the run does not wait. */
export interface DeferredCallout {
  /** Its retry policy, judgement and credentials are not used: a delivery has its own. */
  readonly request: CalloutRequest
  /** Statuses that are refusals; every other one is a success. */
  readonly rejectOn: ReadonlyArray<number>
}

/** The connector that a step asks for. */
export interface ConnectorUse {
  readonly name: string
  readonly connectorId: string | undefined
  /** The step's own address, if it has one, with its path inside the options. */
  readonly host: { readonly path: string; readonly url: string } | undefined
}

interface PluginParts<Options, R, E> {
  readonly name: string
  /** One line for `GET /v1/plugins`. */
  readonly description: string
  /** The options as they are written; the engine decodes them when a pipeline is saved and again when a step runs. */
  readonly options: Schema.Codec<Options, unknown>
  /** The place of the options: in `options`, or (workflow steps) among the step's own members. */
  readonly configuredIn: "options" | "step"
  /** Faults beyond the schema, with paths inside the options. */
  readonly check?: (options: Options, step: Step) => ReadonlyArray<Fault>
  /** Faults of the options as they are written, expressions included, with paths inside the options. */
  readonly checkWritten?: (options: JsonObject, step: Step) => ReadonlyArray<Fault>
  /** The addresses among options as they are written, with their paths: the address guard looks at them. */
  readonly addresses?: (options: JsonObject) => ReadonlyArray<{ readonly path: string; readonly url: string }>
  /** The connector that a step speaks through, from options as they are written; for plugins that have one. */
  readonly connectorUse?: (options: JsonObject) => ConnectorUse
  /** Warnings about options that are allowed but probably unintended. */
  readonly warn?: (options: Options, step: Step) => ReadonlyArray<string>
  /**
   * Why the step is skipped for this order, in words; `undefined` where it runs. Asked before any expression is
   * evaluated, so with the options as they are written.
   */
  readonly skips?: (options: JsonObject, order: Order) => string | undefined
  /** The answer to its one request may come to a callback URL (`awaitCallback`). Absent: false. */
  readonly mayAwaitCallback?: boolean
  /**
   * The one request of a step with `blocking: false`, which is sent as a delivery. Absent: no step with this plugin may
   * have `blocking: false`.
   */
  readonly deferred?: (input: StepInput<Options>) => Effect.Effect<DeferredCallout, PluginError>
  readonly policy: (step: Step, pipeline: Pipeline) => StepPolicy
  readonly run: (input: StepInput<Options>) => Effect.Effect<StepResult, PluginError | E, R>
}

/** The services that `run` needs, by name, so that one that is missing is reported when the process starts. */
type OwnServices<R> = [R] extends [never] ? { readonly services?: undefined }
  : { readonly services: ReadonlyArray<Context.Key<R, any>> }

/** The meaning of the plugin's own errors to the engine: each becomes one of the typed errors. */
type OwnErrors<E> = [E] extends [never] ? { readonly failure?: undefined }
  : { readonly failure: (error: E) => PluginError }

/**
 * A plugin with options of type `Options`.
 *
 * `R`: services of its own, which are provided where plugins are listed (`Plugins.layer`, `Engine.layer`) and named in
 * `services`. `E`: errors of its own beside the engine's; `failure` says which of the engine's each one is.
 */
export type Plugin<Options = never, R = never, E = never> = PluginParts<Options, R, E> & OwnServices<R> & OwnErrors<E>

/** A plugin as it is listed: its options, services and errors are known only to itself. */
export interface ListedPlugin extends PluginParts<any, any, any> {
  readonly services?: ReadonlyArray<Context.Key<any, any>> | undefined
  readonly failure?: ((error: any) => PluginError) | undefined
}

/** The services that a listed plugin needs. */
export type PluginServices<Listed extends ListedPlugin> = Listed extends ListedPlugin
  ? ReturnType<Listed["run"]> extends Effect.Effect<any, any, infer R> ? R : never
  : never

/** A plugin that is ready to run: its services are provided, and it fails with the engine's errors alone. */
export type AnyPlugin = PluginParts<any, never, never>
