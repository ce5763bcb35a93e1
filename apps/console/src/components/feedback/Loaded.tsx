/** The content of a page that needs an answer of the server, or else a notice that it is loading or why it failed. */
import type { ReactNode } from "react"
import { Failure, Loading } from "./Notice.tsx"

/** The state of an answer: present, loading, or failed. */
export interface Fetched<Value> {
  readonly data: Value | undefined
  readonly error: unknown
  readonly refetch: () => unknown
}

export interface LoadedProps<Value> {
  readonly query: Fetched<Value>
  /** The name of the content in a sentence, in lower case: `the customer`. */
  readonly what: string
  /** The page has nothing else, and no heading until there is an answer. */
  readonly isPage?: boolean
  readonly children: (value: Value) => ReactNode
}

/** Shows its children once there is an answer; until then a notice that it is loading, or why there is none. */
export function Loaded<Value>({ query, what, isPage, children }: LoadedProps<Value>) {
  const { data, error, refetch } = query
  if (data !== undefined) return children(data)
  return error === null
    ? <Loading what={what} />
    : <Failure error={error} retry={() => void refetch()} isPage={isPage} />
}
