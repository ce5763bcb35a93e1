/** The connectors that call each partner. */
import { useQuery } from "@tanstack/react-query"
import { useMemo } from "react"
import { api } from "../../api/Api.ts"
import { namesByHost } from "../../partners/PartnerHealth.ts"

/** The names of the connectors that call each host. */
export const usePartnerNames = (): ReadonlyMap<string, ReadonlyArray<string>> => {
  const { data } = useQuery({
    queryKey: ["settings", "connectors", "names"],
    queryFn: ({ signal }) => api.connectors.list({ query: { limit: 200 } }, signal),
    staleTime: 30_000
  })
  return useMemo(() => namesByHost(data?.items ?? []), [data])
}
