/** The filters of a list, kept in the address. */
import { useNavigate, useSearch } from "@tanstack/react-router"
import { useCallback } from "react"
import { defined } from "../../url/Defined.ts"

export interface ListFilters<Search> {
  readonly search: Search
  readonly set: (change: { readonly [Name in keyof Search]?: string | undefined }) => void
  /** True if any filter is set. */
  readonly active: boolean
  readonly clear: () => void
}

/** The search that the route of the page has validated. Which route it is, is known to the page alone. */
const useValidated = useSearch as (options: { readonly strict: false }) => unknown

/** The filters of the current page; `Search` is the type that its route validates. */
export const useListFilters = <Search extends object>(): ListFilters<Search> => {
  const search = useValidated({ strict: false }) as Search
  const navigate = useNavigate()
  const write = useCallback(
    (next: (before: object) => object) =>
      void navigate({
        to: ".",
        search: ((before: object) => next(before)) as never,
        replace: true,
        resetScroll: false
      }),
    [navigate]
  )
  return {
    search,
    set: useCallback((change) => write((before) => defined({ ...before, ...change })), [write]),
    active: Object.keys(search).length > 0,
    clear: useCallback(() => write(() => ({})), [write])
  }
}
