/** `apply`: writes a settings file, after showing what it would change. Deletes nothing. */
import { ApiClient } from "@sluice/api/ApiClient"
import { unknownFault } from "@sluice/domain/internal/decode/UnknownMembers"
import type { JsonObject } from "@sluice/domain/json/Json"
import { faultText } from "@sluice/domain/order/Order"
import { decodeSettingsFile, settingsIn } from "@sluice/domain/settings/SettingsFile"
import { Effect, Stdio } from "effect"
import { Command, Flag, Prompt } from "effect/cli"
import process from "node:process"
import { Failure, failureOf, usage } from "../terminal/Failure.ts"
import { fileArgument, json } from "../terminal/Input.ts"
import { Output } from "../terminal/Output.ts"
import { groups, madeSecret } from "./Settings.ts"
import { changeOf, linesOf, type Setting } from "./SettingsChange.ts"

/** The settings of the file in the order of writing: referenced ones first. */
const read = Effect.fnUntraced(function*(file: string) {
  const decoded = decodeSettingsFile(yield* json(file), (name) => process.env[name])
  if ("faults" in decoded) {
    return yield* usage(
      [`${file} cannot be applied:`, ...decoded.faults.map((fault) => `  ${faultText(fault)}`)].join("\n")
    )
  }
  const { lenient, unknown } = decoded.settings
  return { lenient, unknown, settings: settingsIn(decoded.settings) }
})

/** Asks for confirmation on a terminal. */
const confirmed = Effect.gen(function*() {
  const output = yield* Output
  const stdio = yield* Stdio.Stdio
  if (output.json || !(yield* stdio.stdinIsTerminal)) {
    return yield* usage("Nothing was changed: give --yes to apply this, or --dry-run to see it only")
  }
  return yield* Prompt.run(Prompt.Confirm({ message: "Apply this?", initial: false }))
})

export const apply = Command.make(
  "apply",
  {
    file: fileArgument,
    yes: Flag.Boolean("yes").pipe(
      Flag.withAlias("y"),
      Flag.withDescription("Apply without asking"),
      Flag.withDefault(false)
    ),
    dryRun: Flag.Boolean("dry-run").pipe(
      Flag.withDescription("Show what would change, and end"),
      Flag.withDefault(false)
    )
  },
  Effect.fnUntraced(function*({ dryRun, file, yes }) {
    const client = yield* ApiClient
    const output = yield* Output
    const wanted = yield* read(file)
    yield* Effect.forEach(wanted.unknown, (member) => output.note(`warning: ${unknownFault(member).message}`))
    const settings = yield* Effect.forEach(
      wanted.settings,
      (one) =>
        client[groups[one.kind]].get({ params: { id: one.id } }).pipe(
          Effect.map((stored): Setting => ({ ...one, stored: stored as unknown as JsonObject })),
          Effect.catchTag("NotFound", () => Effect.succeed<Setting>({ ...one, stored: undefined }))
        )
    )
    const changes = settings.map(changeOf)
    const differ = changes.filter(({ action }) => action !== "keep").length
    yield* Effect.forEach(linesOf(changes, output.style), output.note, { discard: true })
    yield* output.note(
      `${settings.length} settings, ${differ} of them new or changed; secrets are sent as the file has them`
    )
    if (dryRun) return yield* output.result({ changes, applied: false }, () => [])
    if (differ > 0 && !yes && !(yield* confirmed)) return yield* usage("Nothing was changed")
    const secrets: Record<string, string> = {}
    for (const { document, id, kind } of settings) {
      const written = yield* client[groups[kind]].put({
        params: { id },
        query: wanted.lenient ? { lenient: "true" } : {},
        headers: {},
        payload: document as never
      }).pipe(
        Effect.mapError((error) => {
          const { code, message, problem } = failureOf(error, "")
          return new Failure({ message: `${kind} ${id}: ${message}`, code, ...(problem !== undefined && { problem }) })
        })
      )
      for (const warning of written.warnings ?? []) yield* output.note(`warning: ${kind} ${id}: ${warning}`)
      const secret = madeSecret(kind, document, written)
      if (secret !== undefined) {
        secrets[id] = secret
        yield* output.note(`${kind} ${id}: secret ${secret}, shown this once`)
      }
    }
    yield* output.result(
      { changes, applied: true, ...(Object.keys(secrets).length > 0 && { secrets }) },
      () => ["applied"]
    )
  })
).pipe(
  Command.withDescription("Apply a settings file; shows what it would change first"),
  Command.withExamples([{ command: "sluice apply settings.json --dry-run", description: "What it would change" }])
)
