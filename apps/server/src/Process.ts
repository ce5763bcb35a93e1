/**
 * Starts Sluice and stops it: SIGTERM and SIGINT end it in order, with exit code 0; what cannot start says why in one
 * line, with exit code 1. Contract: sections 2 and 10.
 */
// oxlint-disable-next-line import/no-unassigned-import -- compiles schemas; must precede the first use of one
import "effect/schema/SchemaJITCompiler/enable"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Cause, Console, Context, Duration, Effect, Exit, Layer, Result } from "effect"
import { HttpServer } from "effect/http"
import { setFlagsFromString } from "node:v8"
import * as Application from "./Application.ts"
import * as ServerConfig from "./config/ServerConfig.ts"
import { unknownVariables } from "./config/UnknownVariables.ts"
import { Stopping } from "./process/Stopping.ts"
import * as CrashOutput from "./telemetry/CrashOutput.ts"
import * as KnownSecrets from "./telemetry/KnownSecrets.ts"
import * as Telemetry from "./telemetry/Telemetry.ts"

const known = KnownSecrets.make(process.env)
CrashOutput.install(known)

/** Faults of the cells begin with their variable. Contract: section 11. */
const prefixOf = (message: string): string => message.startsWith("SLUICE_CELLS") ? "" : "sluice: "

/** Writes why the process cannot start, as one line. */
const complain = (message: string) =>
  Effect.as(
    Effect.suspend(() =>
      Console.error(known.redactor().text(`${prefixOf(message)}${message.replaceAll(/\s*\n\s*/g, " ")}`))
    ),
    1
  )

/** Below the 30 s within which the process has promised to exit. */
const lastMoment = "25 seconds"

/**
 * Exits even if something hangs (most likely a silent database): runs that were not released are taken over, as after a
 * crash.
 */
const leaveInTime = Effect.sync(() =>
  Effect.runFork(Effect.andThen(
    Effect.sleep(lastMoment),
    Effect.andThen(
      Effect.logWarning("stopping takes too long: leaving what is open to be taken over"),
      Effect.sync(() => process.exit(0))
    )
  ))
)

const serve = Effect.fnUntraced(
  function*(config: ServerConfig.ServerConfig) {
    yield* Effect.forEach(unknownVariables(process.env), (warning) => Effect.logWarning(warning))
    const services = yield* Layer.build(Application.layer(config, process.env, known))
    const { address } = Context.get(services, HttpServer.HttpServer)
    const { begin, drain } = Context.get(services, Stopping)
    // From here on throughput counts, not the size of the heap.
    yield* Effect.sync(() => setFlagsFromString("--no-optimize-for-size"))
    yield* Effect.logInfo(`Sluice is ready at ${HttpServer.formatAddress(address)}`)
    const draining = Duration.isZero(config.drain)
      ? Effect.void
      : Effect.logInfo(
        `stopping in ${Duration.format(config.drain)}: not ready any more, everything is served until then`
      )
        .pipe(Effect.andThen(drain), Effect.andThen(Effect.sleep(config.drain)))
    const stopping = Effect.logInfo("stopping: nothing new is taken up, what is in flight ends")
    return yield* Effect.onInterrupt(
      Effect.never,
      () => draining.pipe(Effect.andThen(stopping), Effect.andThen(begin))
    )
  },
  Effect.onInterrupt(() => leaveInTime),
  Effect.scoped
)

const program = Effect.suspend(() => {
  const config = ServerConfig.decode(process.env)
  return Result.isFailure(config) ?
    complain(config.failure.join("; "))
    : Effect.provide(serve(config.success), Telemetry.logs(config.success.telemetry))
}).pipe(
  Effect.catch((error) => complain(error.message))
)

NodeRuntime.runMain(program, {
  disableErrorReporting: true,
  teardown: (exit, onExit) => {
    if (Exit.isSuccess(exit)) return onExit(typeof exit.value === "number" ? exit.value : 0)
    if (Cause.hasInterruptsOnly(exit.cause)) return onExit(0)
    Effect.runFork(Effect.ensuring(CrashOutput.logFailure(known, exit.cause), Effect.sync(() => onExit(1))))
  }
})
