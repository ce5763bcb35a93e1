/** The runs over one order, kept up to date while one of them goes on. */
import { useQuery } from "@tanstack/react-query"
import { api } from "../../api/Api.ts"
import { isFinal } from "../../api/Documents.ts"

/** While one goes on, in milliseconds. */
const liveEveryMs = 3000

export const useOrderRuns = (orderId: string) =>
  useQuery({
    queryKey: ["process-events", { orderId }],
    queryFn: ({ signal }) => api.processEvents.list({ query: { orderId, limit: 200 } }, signal),
    refetchInterval: ({ state }) => state.data?.items.every((run) => isFinal(run.state)) === false ? liveEveryMs : false
  })
