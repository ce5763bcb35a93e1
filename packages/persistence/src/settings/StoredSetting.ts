/** A setting as it is stored and shown, and the result of changing one. Contract: section 7. */
import type { JsonObject } from "@sluice/domain/json/Json"

/** A stored setting, in the form that may be shown. */
export interface StoredSetting {
  readonly id: string
  /** The version, from 1, increased with each change of the content. */
  readonly version: number
  /** Secrets read `[redacted]`. */
  readonly document: JsonObject
  /** Data that the server adds: a webhook endpoint's health, a pipeline's pause. */
  readonly notes?: JsonObject
  /** ISO 8601, UTC. */
  readonly createdAt: string
  readonly updatedAt: string
}

export interface Put extends StoredSetting {
  /** True if the id had no setting before. */
  readonly created: boolean
  /** False if the content equals the stored one: nothing was written. */
  readonly changed: boolean
  /** The generated secret of a new webhook endpoint: shown once. */
  readonly secret?: string
}

/** A condition on the stored version for a change to be made. */
export interface Precondition {
  /** `If-Match`: the version that is stored. */
  readonly ifMatch?: number | undefined
  /** Nothing is stored under the id. */
  readonly isNew?: true
}
