/** The requests and answers of the vendors' documentation, as kept in `fixtures`, and their comparison with ours. */
import { readdirSync, readFileSync } from "node:fs"

export interface Fixture {
  readonly source: { readonly title: string; readonly url: string; readonly note?: string }
  readonly request?: {
    readonly method: string
    readonly path: string
    readonly contentType: string
    readonly present?: ReadonlyArray<string>
    readonly absent?: ReadonlyArray<string>
    readonly members?: ReadonlyArray<string>
    readonly required?: ReadonlyArray<string>
  }
  readonly response?: {
    readonly status: number
    readonly headers?: Readonly<Record<string, string>>
    readonly body?: unknown
    /** Paths whose values are the vendor's own, and not a sample's. */
    readonly exact?: ReadonlyArray<string>
  }
  readonly fields?: Readonly<Record<string, number | "DateTime">>
}

const directory = new URL("../fixtures/", import.meta.url)

export const fixtureNames: ReadonlyArray<string> = ["salesforce", "zuora"].flatMap((vendor) =>
  readdirSync(new URL(vendor, directory)).map((file) => `${vendor}/${file.replace(/\.json$/, "")}`)
)

export const fixture = (name: string): Fixture => JSON.parse(readFileSync(new URL(`${name}.json`, directory), "utf8"))

/** Every leaf by its path: `reasons[].code` → its values. */
export const leaves = (json: unknown, path = ""): ReadonlyArray<readonly [path: string, value: unknown]> => {
  if (Array.isArray(json)) {
    return json.length === 0
      ? [[`${path}[]`, undefined]]
      : json.flatMap((item) => leaves(item, `${path}[]`))
  }
  if (typeof json !== "object" || json === null) return [[path, json]]
  return Object.entries(json).flatMap(([name, value]) => leaves(value, path === "" ? name : `${path}.${name}`))
}

export const valuesAt = (json: unknown, path: string): ReadonlyArray<unknown> =>
  leaves(json).filter(([at]) => at === path).map(([, value]) => value)

/** Paths with the kind of their values. */
export const shape = (
  json: unknown
): ReadonlyArray<string> => [...new Set(leaves(json).map(([path, value]) => `${path}: ${typeof value}`))]
