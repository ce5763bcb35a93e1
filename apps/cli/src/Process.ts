/** The process of `sluice`: its arguments, its environment, its exit code. */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Effect, Layer } from "effect"
import { FetchHttpClient } from "effect/http"
import process from "node:process"
import { run } from "./Program.ts"

// Package managers hand on the `--` that separates their arguments from ours.
const words = process.argv.slice(2).filter((word, index) => word !== "--" || index > 0)

run(words, {
  url: process.env["SLUICE_URL"] ?? "http://127.0.0.1:8080",
  key: process.env["SLUICE_API_KEY"]
}).pipe(
  Effect.tap((code) =>
    Effect.sync(() => {
      process.exitCode = code
    })
  ),
  Effect.provide(Layer.merge(FetchHttpClient.layer, NodeServices.layer)),
  NodeRuntime.runMain({ disableErrorReporting: true })
)
