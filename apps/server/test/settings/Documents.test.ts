/** The settings of the demo, the examples and the documentation can be saved as they stand there. */
import { assert, layer } from "@effect/vitest"
import { isObject, type Json, type JsonObject, parse } from "@sluice/domain/json/Json"
import { faultText } from "@sluice/domain/order/Order"
import { decodeSettingsFile, settingsIn } from "@sluice/domain/settings/SettingsFile"
import { SettingsCheck } from "@sluice/engine/internal/validation/SettingsCheck"
import { Effect, Result } from "effect"
import { globSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { checks } from "./Checks.ts"

const root = join(import.meta.dirname, "../../../..")

interface Found {
  readonly where: string
  readonly json: Json
}

const parsed = (where: string, text: string): ReadonlyArray<Found> => {
  try {
    return [{ where, json: parse(text) }]
  } catch {
    // A request with an ellipsis, an answer, a shell's own words.
    return []
  }
}

/** JSON between fences, and what curl sends: a here-document, or `-d '…'`. */
const inMarkdown = (where: string, text: string): ReadonlyArray<Found> =>
  [...text.matchAll(/```\w*\n([\s\S]*?)```/g)].flatMap(([, block = ""]) => [
    ...parsed(where, block),
    ...[...block.matchAll(/<<'JSON'\n([\s\S]*?)\nJSON/g), ...block.matchAll(/-d '([\s\S]*?)'/g)]
      .flatMap(([, body = ""]) => parsed(where, body))
  ])

const files = (pattern: string) =>
  globSync(pattern, { cwd: root, exclude: (path) => path.includes("node_modules") || path.includes("dist") })

const found: ReadonlyArray<Found> = [
  ...["README.md", ...files("docs/**/*.md"), ...files("examples/**/*.md")]
    .flatMap((file) => inMarkdown(file, readFileSync(join(root, file), "utf8"))),
  ...[...files("examples/use-cases/*/settings.json"), ...files("apps/demo/settings/*.json")]
    .flatMap((file) => parsed(file, readFileSync(join(root, file), "utf8")))
]

const has = (object: JsonObject, ...names: ReadonlyArray<string>) => names.every((name) => Object.hasOwn(object, name))

/** The settings file that a document is, or is a part of by its members; requests and answers are none. */
const fileOf = (json: Json): JsonObject | undefined => {
  if (!isObject(json)) return undefined
  if (has(json, "pipelines") || has(json, "connectors")) return json
  if (has(json, "steps")) return { pipelines: [{ name: "p", ...json }] }
  if (has(json, "Host")) return { connectors: [json] }
  if (has(json, "domain", "type")) return { authProviders: [{ name: "a", ...json }] }
  if (has(json, "url", "types")) return { webhookEndpoints: [json] }
  return has(json, "name") && (has(json, "options") || has(json, "Connector"))
    ? { pipelines: [{ name: "p", steps: [json] }] }
    : undefined
}

/** A step in the documentation may read a step that is not shown with it. */
const isAlone = (message: string) => /refers to step \w+, which is not in this pipeline/.test(message)

layer(checks, { excludeTestServices: true })("settings in documents", (it) => {
  it.effect("each settings document in the docs is accepted as it stands", () =>
    Effect.gen(function*() {
      const settings = yield* SettingsCheck
      const faults: Array<string> = []
      const checked: Record<string, number> = {}
      for (const { json, where } of found) {
        const file = fileOf(json)
        if (file === undefined) continue
        const decoded = decodeSettingsFile(file, (name) => name)
        if ("faults" in decoded) {
          faults.push(...decoded.faults.map((fault) => `${where}: ${faultText(fault)}`))
          continue
        }
        for (const { document, id, kind } of settingsIn(decoded.settings)) {
          checked[kind] = (checked[kind] ?? 0) + 1
          const result = yield* Effect.result(settings.check(kind, id, document))
          if (Result.isSuccess(result)) continue
          const own = result.failure.faults.filter(({ message }) => !isAlone(message))
          faults.push(...own.map((fault) => `${where}: ${faultText(fault)}`))
        }
      }
      assert.deepStrictEqual(faults, [])
      assert.hasAllKeys(checked, ["pipeline", "connector", "authProvider", "webhookEndpoint"])
      assert.isAtLeast(checked["pipeline"] ?? 0, 20)
    }))
})
