/** A setting as it is stored and shown, and what a change of it answers. Contract: section 7. */
import type { JsonObject } from "@sluice/domain/json/Json"

/** A document as it may be shown. */
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
  /** There was none of this id before. */
  readonly created: boolean
  /** False where the content is equal to the stored one: nothing was written. */
  readonly changed: boolean
  /** A webhook endpoint's, where it is new: shown once. */
  readonly secret?: string
}

/** A condition on the stored version for a change to be made. */
export interface Precondition {
  /** `If-Match`: the version that is stored. */
  readonly ifMatch?: number | undefined
}
