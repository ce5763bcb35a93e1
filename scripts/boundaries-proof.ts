/**
 * Shows that the boundaries hold: plants one forbidden import for each rule, each in a file of its own,
 * and fails unless the checks report every one of them.
 */
import { spawnSync } from "node:child_process"
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs"
import { dirname } from "node:path"

const plants = [
  {
    file: "packages/domain/src/Planted1.ts",
    code: `import "@sluice/engine/journal/Journal"\n`,
    by: "domain must not know the engine"
  },
  { file: "packages/domain/src/Planted2.ts", code: `import "effect/sql"\n`, by: "domain does no I/O" },
  {
    file: "packages/engine/src/Planted3.ts",
    code: `import "@sluice/persistence/journal/JournalPostgres"\n`,
    by: "engine must not know an adapter"
  },
  { file: "packages/engine/src/Planted4.ts", code: `import "node:fs"\n`, by: "engine does no I/O" },
  {
    file: "packages/persistence/src/Planted5.ts",
    code: `import "@sluice/expressions/Expressions"\n`,
    by: "adapters never meet"
  },
  {
    file: "packages/plugins/src/Planted6.ts",
    code: `import "@sluice/persistence/journal/JournalPostgres"\n`,
    by: "a plugin must not know an adapter"
  },
  { file: "packages/plugins/src/Planted7.ts", code: `import "node:fs"\n`, by: "a plugin does no I/O" },
  {
    file: "packages/api/src/Planted8.ts",
    code: `import "@sluice/engine/journal/Journal"\n`,
    by: "the contract knows only the domain"
  },
  {
    file: "packages/client/src/Planted9.ts",
    code: `import "@sluice/api/Api"\n`,
    by: "the client ships without the packages that it is generated from"
  },
  { file: "packages/client/src/Planted10.ts", code: `import "effect"\n`, by: "the client is without Effect" },
  {
    file: "packages/engine/src/journal/Planted11.ts",
    code: `import "../runs/PipelineRun.ts"\n`,
    by: "a folder imports only from the floors below its own"
  },
  {
    file: "packages/persistence/src/outbox/Planted12.ts",
    code: `import "../settings/EndpointState.ts"\n`,
    by: "folders of one floor do not meet"
  },
  {
    file: "packages/domain/src/planted/Planted13.ts",
    code: `import "../json/Json.ts"\n`,
    by: "a folder without a floor has no place yet"
  },
  {
    file: "packages/plugins/src/Planted14.ts",
    code: `import "@sluice/engine/steps/StepDecision"\n`,
    by: "what a package does not export cannot be imported"
  },
  {
    file: "packages/engine/src/Planted15.ts",
    code: `import "../../persistence/src/schema/Database.ts"\n`,
    by: "no way around a package's exports"
  },
  {
    file: "packages/cluster/src/Planted16.ts",
    code: `import "@sluice/persistence/schema/Database"\n`,
    by: "the cluster must not know an adapter"
  }
]

const checks = [
  ["turbo", ["boundaries"]],
  ["depcruise", ["packages", "apps", "examples", "--config", ".dependency-cruiser.mjs"]],
  ["oxlint", ["packages"]]
] as const

const made: Array<string> = []
let missed = 0
try {
  for (const { file, code } of plants) {
    if (existsSync(file)) throw new Error(`${file} exists already`)
    const isNewFolder = !existsSync(dirname(file))
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, code)
    made.push(isNewFolder ? dirname(file) : file)
  }
  const reports = checks.map(([command, args]) => {
    const { status, stdout, stderr } = spawnSync(command, args, { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 })
    return { command, text: status === 0 ? "" : `${stdout}${stderr}` }
  })
  for (const { file, by } of plants) {
    const caught = reports.filter(({ text }) => text.includes(file.split("/").at(-1) ?? file)).map(({ command }) =>
      command
    )
    if (caught.length === 0) missed++
    process.stdout.write(`${caught.length === 0 ? "MISSED" : "caught"}  ${by}  ${caught.join(", ")}\n`)
  }
} finally {
  for (const path of made) rmSync(path, { recursive: true })
}
process.exitCode = missed === 0 ? 0 : 1
