/** The content that needs an answer of the server: until it is there, that it is loading, or why there is none. */
import type { ReactNode } from "react"
import { Failure, Loading } from "./Notice.tsx"

/** An answer that is there, or not yet, or not at all. */
export interface Fetched<Value> {
  readonly data: Value | undefined
  readonly error: unknown
  readonly refetch: () => unknown
}

export interface LoadedProps<Value> {
  readonly query: Fetched<Value>
  /** In a sentence, in lower case: `the customer`. */
  readonly what: string
  readonly children: (value: Value) => ReactNode
}

/** Shows its children once there is an answer; until then, that it is loading, or why there is none. */
export function Loaded<Value>({ query, what, children }: LoadedProps<Value>) {
  const { data, error, refetch } = query
  if (data !== undefined) return children(data)
  return error === null ? <Loading what={what} /> : <Failure error={error} retry={() => void refetch()} />
}
