/**
 * The answers of a server about one order: its documents, its timeline, the explanations of its values, and the bodies
 * that receivers got.
 */
import type { Json, JsonObject } from "@sluice/domain/json/Json"

/** An entry of `GET /v1/orders/{id}/timeline`. */
export interface Entry {
  readonly id: string
  readonly kind: string
  readonly cause?: string
  readonly summary: string
  readonly version?: number
  readonly action?: string
  readonly processEventId?: string
}

/** A link of the chain of `why`. */
export interface Link {
  readonly id: string
  readonly kind: string
  readonly before?: Json
  readonly after?: Json
  readonly href: string
  readonly expression?: string
}

/** An answer of `GET /v1/orders/{id}/why`; 404 if the order never had the member up to the version. */
export interface Explanation {
  readonly member: string
  /** The version in the request. */
  readonly asked: number
  readonly status: number
  readonly value?: Json
  readonly version: number
  readonly chain: ReadonlyArray<Link>
  readonly toldTo: ReadonlyArray<{ readonly deliveryId: string }>
}

/** A delivery with the body that was sent. */
export interface SentDelivery {
  readonly id: string
  readonly type: string
  readonly endpointId: string | null
  readonly attempts: number
  readonly cause?: string
  readonly body: Json
}

export interface OrderRecord {
  readonly id: string
  /** The document at versions 1, 2, 3, … */
  readonly versions: ReadonlyArray<JsonObject>
  readonly timeline: ReadonlyArray<Entry>
  /** For each member of any version, the explanations of its values, newest first. */
  readonly explanations: ReadonlyArray<Explanation>
  /** The records of callouts in the chains of explanations, by `href`. */
  readonly answers: ReadonlyMap<string, JsonObject>
  /** The process events of the order, by id. */
  readonly runs: ReadonlyMap<string, JsonObject>
  readonly deliveries: ReadonlyArray<SentDelivery>
}
