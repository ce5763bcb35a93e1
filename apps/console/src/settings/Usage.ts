/** The pipelines and connectors that use a setting. */
import type { StoredSettings } from "../api/Documents.ts"

export interface User {
  readonly kind: "pipelines" | "connectors"
  readonly id: string
  /** The steps of the pipeline that use it. */
  readonly steps: ReadonlyArray<string>
}

type Members = Readonly<Record<string, unknown>>

const members = (value: unknown): Members =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? value as Members : {}

const stepsOf = (pipeline: StoredSettings): ReadonlyArray<Members> =>
  [pipeline["steps"], pipeline["postProcessing"]].flatMap((list) => Array.isArray(list) ? list.map(members) : [])

const usersAmong = (
  pipelines: ReadonlyArray<StoredSettings>,
  uses: (step: Members) => boolean
): ReadonlyArray<User> =>
  pipelines.flatMap((pipeline) => {
    const steps = stepsOf(pipeline).filter(uses).map(({ id, name }) => String(id ?? name))
    return steps.length === 0 ? [] : [{ kind: "pipelines", id: String(pipeline["name"]), steps }]
  })

const propertyOf = (step: Members, key: string): unknown => {
  const properties = step["properties"]
  return Array.isArray(properties) ? properties.map(members).find((one) => one["key"] === key)?.["value"] : undefined
}

/** A step uses a connector by its id; without one, by its name, unless it has a host of its own. */
const usersOfConnector = (connector: StoredSettings, pipelines: ReadonlyArray<StoredSettings>): ReadonlyArray<User> => {
  const ids = new Set([connector["connectorId"], connector["id"]])
  return usersAmong(pipelines, (step) =>
    step["connectorId"] === undefined
      ? step["connector"] !== undefined && step["connector"] === connector["name"]
        && propertyOf(step, "Host") === undefined
      : ids.has(step["connectorId"] as string))
}

/** The URL is of the domain; a domain without a port is for every port. */
const isAt = (domain: string, url: unknown): boolean => {
  const parsed = typeof url === "string" ? URL.parse(url) : null
  return parsed !== null && (parsed.host === domain || parsed.hostname === domain)
}

const urlsOf = (step: Members): ReadonlyArray<unknown> => {
  const options = members(step["options"])
  return [options["endpoint"], options["baseUrl"], options["instanceUrl"], propertyOf(step, "Host")]
}

const usersOfProvider = (
  provider: StoredSettings,
  pipelines: ReadonlyArray<StoredSettings>,
  connectors: ReadonlyArray<StoredSettings>
): ReadonlyArray<User> => {
  const domain = String(provider["domain"] ?? "").toLowerCase()
  return [
    ...usersAmong(pipelines, (step) => urlsOf(step).some((url) => isAt(domain, url))),
    ...connectors.filter(({ host }) => isAt(domain, host))
      .map(({ id }): User => ({ kind: "connectors", id: String(id), steps: [] }))
  ]
}

export const usersOf = (
  kind: "connectors" | "authProviders",
  setting: StoredSettings,
  pipelines: ReadonlyArray<StoredSettings>,
  connectors: ReadonlyArray<StoredSettings>
): ReadonlyArray<User> =>
  kind === "connectors" ? usersOfConnector(setting, pipelines) : usersOfProvider(setting, pipelines, connectors)
