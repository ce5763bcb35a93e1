/**
 * Shows that the boundaries hold: plants one forbidden import for each rule, and fails unless the check turns red.
 */
import { spawnSync } from "node:child_process"
import { existsSync, rmSync, writeFileSync } from "node:fs"

const plants = [
  {
    file: "packages/domain/src/Planted.ts",
    code: `import "@sluice/engine/journal/Journal"\n`,
    by: "domain must not know the engine"
  },
  { file: "packages/domain/src/Planted.ts", code: `import "effect/sql"\n`, by: "domain does no I/O" },
  {
    file: "packages/engine/src/Planted.ts",
    code: `import "@sluice/persistence/journal/JournalPostgres"\n`,
    by: "engine must not know an adapter"
  },
  { file: "packages/engine/src/Planted.ts", code: `import "node:fs"\n`, by: "engine does no I/O" },
  {
    file: "packages/persistence/src/Planted.ts",
    code: `import "@sluice/expressions/Expressions"\n`,
    by: "adapters never meet"
  },
  {
    file: "packages/plugins/src/Planted.ts",
    code: `import "@sluice/persistence/journal/JournalPostgres"\n`,
    by: "a plugin must not know an adapter"
  },
  { file: "packages/plugins/src/Planted.ts", code: `import "node:fs"\n`, by: "a plugin does no I/O" },
  {
    file: "packages/api/src/Planted.ts",
    code: `import "@sluice/engine/journal/Journal"\n`,
    by: "the contract knows only the domain"
  },
  {
    file: "packages/client/src/Planted.ts",
    code: `import "@sluice/api/Api"\n`,
    by: "the client ships without the packages that it is generated from"
  },
  { file: "packages/client/src/Planted.ts", code: `import "effect"\n`, by: "the client is without Effect" },
  {
    file: "packages/engine/src/Planted.ts",
    code: `import "../../persistence/src/Database.ts"\n`,
    by: "no way around a package's exports"
  }
]

const checks = [
  ["turbo", ["boundaries"]],
  ["depcruise", ["packages", "apps", "examples", "--config", ".dependency-cruiser.mjs"]],
  ["oxlint", ["packages"]]
] as const

const caughtBy = (file: string): ReadonlyArray<string> =>
  checks.filter(([command, args]) => {
    const { status, stdout, stderr } = spawnSync(command, args, { encoding: "utf8" })
    return status !== 0 && `${stdout}${stderr}`.includes(file.split("/").at(-1) ?? file)
  }).map(([command]) => command)

let missed = 0
for (const { file, code, by } of plants) {
  if (existsSync(file)) throw new Error(`${file} is there already`)
  writeFileSync(file, code)
  try {
    const caught = caughtBy(file)
    if (caught.length === 0) missed++
    process.stdout.write(`${caught.length === 0 ? "MISSED" : "caught"}  ${by}  ${caught.join(", ")}\n`)
  } finally {
    rmSync(file)
  }
}
process.exitCode = missed === 0 ? 0 : 1
