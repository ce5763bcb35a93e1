/** The rights of this session's key. They only hide what the server would refuse; the server decides. */
import { useQuery } from "@tanstack/react-query"
import { type Answer, api } from "./Api.ts"

export type Role = Answer<"access", "get">["roles"][number]

export interface Access {
  /** The key's name; absent where the server asks for none. */
  readonly name: string | undefined
  readonly roles: ReadonlyArray<Role>
  /** False until the server has answered. */
  readonly known: boolean
  /** True if the key has the role; false while that is unknown. */
  readonly may: (role: Role) => boolean
}

/** Of a key that may not even ask: one that can only submit. */
const nothing: ReadonlyArray<Role> = []

export const useAccess = (): Access => {
  const { data } = useQuery({
    queryKey: ["access"],
    queryFn: ({ signal }) => api.access.get({}, signal),
    // A role changes with the key alone, and the queries of a key end with it.
    staleTime: Number.POSITIVE_INFINITY
  })
  const allowed = data?.may ?? nothing
  return {
    known: data !== undefined,
    name: data?.name,
    roles: data?.roles ?? nothing,
    may: (role) => allowed.includes(role)
  }
}
