/** The endpoints that get each type of message, and the change that adds a type to one or takes it away. */
import type { StoredSettings } from "../api/Documents.ts"

const typesOf = (endpoint: StoredSettings): ReadonlyArray<string> =>
  Array.isArray(endpoint["types"]) ? endpoint["types"].map(String) : []

/** True of an endpoint that gets every type. */
export const getsAll = (endpoint: StoredSettings): boolean => typesOf(endpoint).includes("*")

export const destinationsOf = (
  type: string,
  endpoints: ReadonlyArray<StoredSettings>
): ReadonlyArray<StoredSettings> =>
  endpoints.filter((endpoint) => getsAll(endpoint) || typesOf(endpoint).includes(type))

/** The endpoint with this URL, which a further type is added to instead of making another. */
export const endpointAt = (
  url: string,
  endpoints: ReadonlyArray<StoredSettings>
): StoredSettings | undefined => endpoints.find((endpoint) => endpoint["url"] === url.trim())

export const withType = (endpoint: StoredSettings, type: string): ReadonlyArray<string> => [
  ...new Set([...typesOf(endpoint), type])
]

/** `undefined` where the endpoint would be left without a type. */
export const withoutType = (endpoint: StoredSettings, type: string): ReadonlyArray<string> | undefined => {
  const left = typesOf(endpoint).filter((one) => one !== type)
  return left.length === 0 ? undefined : left
}
