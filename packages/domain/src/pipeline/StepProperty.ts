/**
 * The properties of a workflow step: custom ones, which travel in the body, and those of the key group
 * `RequestHeaders`, which travel as headers only. Contract: section 6, `WebhookWorkflowStep`.
 */
import { isObject, type Json } from "../json/Json.ts"

export interface StepProperty {
  readonly key: string
  readonly value: Json
  readonly keyGroup?: string
}

/** The key group whose properties are request headers, compared without regard to case. */
export const requestHeadersGroup = "RequestHeaders"

export const isRequestHeader = (property: StepProperty): boolean =>
  property.keyGroup?.toLowerCase() === requestHeadersGroup.toLowerCase()

/** The properties in a workflow step's options, as `StepDocument` leaves them there; anything else is passed over. */
export const stepProperties = (options: Readonly<Record<string, Json>>): ReadonlyArray<StepProperty> => {
  const { properties } = options
  return Array.isArray(properties)
    ? properties.flatMap((item: Json) =>
      isObject(item) && typeof item.key === "string"
        ? [{
          key: item.key,
          value: item.value ?? null,
          ...(typeof item.keyGroup === "string" ? { keyGroup: item.keyGroup } : {})
        }]
        : []
    )
    : []
}

export const customProperties = (options: Readonly<Record<string, Json>>): ReadonlyArray<StepProperty> =>
  stepProperties(options).filter((property) => !isRequestHeader(property))
