/** The state of a webhook endpoint. */
import type { StoredSettings } from "../../api/Documents.ts"

export const isDisabled = (endpoint: StoredSettings): boolean => endpoint["disabled"] === true

export const EndpointBadge = ({ endpoint }: { readonly endpoint: StoredSettings }) => {
  const failing = endpoint["failingSince"]
  return isDisabled(endpoint)
    ? <span className="badge tone-wait" title={String(endpoint["disabledReason"] ?? "")}>disabled</span>
    : typeof failing === "string"
    ? <span className="badge tone-bad" title={`since ${failing}`}>failing</span>
    : <span className="badge tone-ok">enabled</span>
}
