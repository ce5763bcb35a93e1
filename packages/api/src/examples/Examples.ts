/** Examples of operations, by operation id: requests that were sent, and what was answered. */
import type { Json } from "@sluice/domain/json/Json"

export interface Example {
  /** Values of path, query and header parameters. */
  readonly parameters?: Readonly<Record<string, string | number>>
  /** Bodies, by name. */
  readonly requests?: Readonly<Record<string, Json>>
  /** By status, then by name: the answer to the request of that name. */
  readonly answers: Readonly<Record<number, Readonly<Record<string, Json>>>>
}

export type Examples = Readonly<Record<string, Example>>
