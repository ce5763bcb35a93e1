/**
 * Checks the dependencies: their licences by `security/licences.json`, and known vulnerabilities by the registry's audit.
 * Where the audit does not answer, by `security/advisories.json`, so that a registry that is away fails nothing.
 */
import { readFileSync } from "node:fs"
import { type Advisory, found } from "./security/Advisories.ts"
import { type Component, components } from "./security/Components.ts"
import { faults, type Licences } from "./security/Licences.ts"
import { pnpm } from "./security/Pnpm.ts"

const read = <A>(name: string): A =>
  JSON.parse(readFileSync(new URL(`security/${name}.json`, import.meta.url), "utf8")) as A

const say = (text: string) => process.stdout.write(`${text}\n`)

const isReport = (output: string): boolean => {
  try {
    const report = JSON.parse(output) as object | null
    return report !== null && ("advisories" in report || "vulnerabilities" in report)
  } catch {
    return false
  }
}

/** The findings of the registry's audit; `undefined` where it does not answer. */
const audited = (): ReadonlyArray<string> | undefined => {
  const { code, output } = pnpm("audit", "--json", "--audit-level", "high")
  if (!isReport(output)) return undefined
  return code === 0 ? [] : [`pnpm audit reports vulnerabilities of severity high or critical:\n${output}`]
}

const listed = (all: ReadonlyArray<Component>): ReadonlyArray<string> => {
  const { advisories, revised } = read<{ readonly revised: string; readonly advisories: ReadonlyArray<Advisory> }>(
    "advisories"
  )
  say(`the registry's audit does not answer: checked against the list of ${revised}, ${advisories.length} advisories`)
  return found(all, advisories.filter(({ severity }) => severity === "high" || severity === "critical"))
}

const all = components()
const problems = [...faults(all, read<Licences>("licences")), ...(audited() ?? listed(all))]
for (const problem of problems) process.stderr.write(`${problem}\n`)
if (problems.length > 0) process.exitCode = 1
else {say(
    `${all.length} dependencies: their licences are allowed, and no vulnerability of severity high or critical is known`
  )}
