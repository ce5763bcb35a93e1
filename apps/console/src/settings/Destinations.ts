/** The endpoints that get each type of message, and the change that adds a type to one or takes it away. */
import type { StoredSettings } from "../api/Documents.ts"

const typesOf = (endpoint: StoredSettings): ReadonlyArray<string> =>
  Array.isArray(endpoint["types"]) ? endpoint["types"].map(String) : []

/** True for an endpoint that subscribes to every type. */
export const getsAll = (endpoint: StoredSettings): boolean => typesOf(endpoint).includes("*")

export const destinationsOf = (
  type: string,
  endpoints: ReadonlyArray<StoredSettings>
): ReadonlyArray<StoredSettings> =>
  endpoints.filter((endpoint) => getsAll(endpoint) || typesOf(endpoint).includes(type))

/** The endpoint with this URL: a type is added to it instead of creating another endpoint. */
export const endpointAt = (
  url: string,
  endpoints: ReadonlyArray<StoredSettings>
): StoredSettings | undefined => endpoints.find((endpoint) => endpoint["url"] === url.trim())

export const withType = (endpoint: StoredSettings, type: string): ReadonlyArray<string> => [
  ...new Set([...typesOf(endpoint), type])
]

/** The types of the endpoint without `type`; `undefined` if none would be left. */
export const withoutType = (endpoint: StoredSettings, type: string): ReadonlyArray<string> | undefined => {
  const left = typesOf(endpoint).filter((one) => one !== type)
  return left.length === 0 ? undefined : left
}
