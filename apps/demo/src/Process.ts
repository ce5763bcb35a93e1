/** The process of `demo [--once]`: its command line. Exit code 0 only if every order ended as expected. */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Cause, Console, Effect, Exit, Layer, Runtime } from "effect"
import { Command, Flag } from "effect/cli"
import process from "node:process"
import { demo } from "./Demo.ts"
import { Screen } from "./Screen.ts"

/** One message for people; the stack of a failed demo tells them nothing. */
const told = (cause: Cause.Cause<unknown>) => {
  if (Cause.hasInterruptsOnly(cause)) return Effect.void
  const error = Cause.squash(cause)
  return Console.error(Cause.hasDies(cause) ? Cause.pretty(cause) : error instanceof Error ? error.message : error)
}

const command = Command.make("demo", {
  once: Flag.Boolean("once").pipe(
    Flag.withDescription("End with the verdict instead of leaving the server running"),
    Flag.withDefault(false)
  )
}, (options) => Effect.tapCause(demo(options), told)).pipe(
  Command.withDescription("Starts a server and its partner systems, sends orders through them, and shows what happened")
)

// Package managers hand on the `--` that separates their arguments from ours.
const words = process.argv.slice(2).filter((word) => word !== "--")

const layers = Layer.mergeAll(Screen.layer, NodeHttpClient.layerUndici).pipe(Layer.provideMerge(NodeServices.layer))

/** Without `--once`, Ctrl-C is the normal end of the demo. */
const teardown: Runtime.Teardown = (exit, onExit) =>
  Exit.isFailure(exit) && Cause.hasInterruptsOnly(exit.cause) && !words.includes("--once")
    ? onExit(0)
    : Runtime.defaultTeardown(exit, onExit)

Command.runWith(command, { version: "0.0.0" })(words).pipe(
  Effect.provide(layers),
  NodeRuntime.runMain({ disableErrorReporting: true, teardown })
)
