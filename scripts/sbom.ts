/**
 * Writes the bill of materials of the production build, in CycloneDX: the packages that are installed with the server, and
 * those of which the built console holds code. The latter have the property `sluice:bundledIn`.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { bundledFile } from "../apps/console/freshness.ts"
import { pnpm } from "./security/Pnpm.ts"

const file = "apps/server/dist/sbom.cdx.json"

interface Component {
  readonly "bom-ref": string
  readonly group?: string
  readonly name: string
  readonly version?: string
  readonly properties?: ReadonlyArray<{ readonly name: string; readonly value: string }>
}

interface Bill {
  readonly components: ReadonlyArray<Component>
  readonly dependencies?: ReadonlyArray<{ readonly ref: string; readonly dependsOn?: ReadonlyArray<string> }>
}

const billOf = (...only: ReadonlyArray<string>): Bill => {
  const { code, errors, output } = pnpm(
    "sbom",
    ...only,
    "--sbom-format",
    "cyclonedx",
    "--sbom-spec-version",
    "1.6",
    "--sbom-type",
    "application"
  )
  if (code !== 0) throw new Error(`the bill of materials could not be made: ${errors}`)
  return JSON.parse(output) as Bill
}

const titleOf = ({ group, name, version }: Component): string =>
  `${group === undefined ? name : `${group}/${name}`}@${version}`

const installed = billOf("--prod")
const known = new Set(installed.components.map(titleOf))
const bundled = readFileSync(`apps/console/dist/${bundledFile}`, "utf8").trim().split("\n")
  .filter((title) => !title.startsWith("@sluice/") && !known.has(title))
const all = billOf()
const byTitle = new Map(all.components.map((component) => [titleOf(component), component]))
const added = bundled.map((title): Component => {
  const component = byTitle.get(title)
  if (component === undefined) throw new Error(`the console holds code of ${title}, which is not in the lockfile`)
  return {
    ...component,
    properties: [...component.properties ?? [], { name: "sluice:bundledIn", value: "console" }]
  }
})
const refs = new Set([...installed.components, ...added].map((component) => component["bom-ref"]))
const news = new Set(added.map((component) => component["bom-ref"]))
const dependencies = (all.dependencies ?? []).filter(({ ref }) => news.has(ref)).map(({ dependsOn = [], ref }) => ({
  ref,
  dependsOn: dependsOn.filter((one) => refs.has(one))
}))
const bill = {
  ...installed,
  components: [...installed.components, ...added],
  dependencies: [...installed.dependencies ?? [], ...dependencies]
}
mkdirSync("apps/server/dist", { recursive: true })
writeFileSync(file, `${JSON.stringify(bill, undefined, 2)}\n`)
process.stdout.write(`${file}: ${installed.components.length} packages, and ${added.length} within the console\n`)
