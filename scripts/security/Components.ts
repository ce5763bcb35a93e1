/** The dependencies of the workspace, from the bill of materials that pnpm makes of the lockfile (CycloneDX). */
import { pnpm } from "./Pnpm.ts"

export interface Component {
  /** With its scope: `@codemirror/view`. */
  readonly name: string
  readonly version: string
  /** SPDX identifiers or expressions; none where the package names none. */
  readonly licences: ReadonlyArray<string>
}

interface Listed {
  readonly group?: string
  readonly name: string
  readonly version?: string
  readonly licenses?: ReadonlyArray<
    { readonly license?: { readonly id?: string; readonly name?: string }; readonly expression?: string }
  >
}

/** Every package that is installed, development included, without the workspace's own. */
export const components = (): ReadonlyArray<Component> => {
  const { code, errors, output } = pnpm("sbom", "--sbom-format", "cyclonedx")
  if (code !== 0) throw new Error(`pnpm sbom failed: ${errors}`)
  const listed = (JSON.parse(output) as { readonly components?: ReadonlyArray<Listed> }).components ?? []
  return listed.filter(({ group }) => group !== "@sluice").map(({ group, licenses = [], name, version = "" }) => ({
    name: group === undefined ? name : `${group}/${name}`,
    version,
    licences: licenses.flatMap(({ expression, license }) => expression ?? license?.id ?? license?.name ?? [])
  }))
}
