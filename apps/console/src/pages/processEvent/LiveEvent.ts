/** A process event that is kept up to date while its run goes on, by the server's own stream. */
import { useQuery, useQueryClient } from "@tanstack/react-query"
import { useEffect, useState } from "react"
import { api, send } from "../../api/Api.ts"
import { isFinal, type ProcessEvent } from "../../api/Documents.ts"
import { readEvents } from "../../api/EventStream.ts"
import { routes } from "../../api/Routes.ts"

/** Before a stream that broke is opened again, in milliseconds. */
const againMs = 2000

export const eventKey = (id: string) => ["process-event", id] as const

export const useLiveEvent = (id: string) => {
  const queries = useQueryClient()
  const query = useQuery({
    queryKey: eventKey(id),
    queryFn: ({ signal }) => api.processEvents.get({ params: { id } }, signal)
  })
  const [attempt, setAttempt] = useState(0)
  const [live, setLive] = useState(false)
  const open = query.data !== undefined && !isFinal(query.data.state)
  useEffect(() => {
    if (!open) return
    const leaving = new AbortController()
    let timer: ReturnType<typeof setInterval> | undefined
    const watch = async () => {
      try {
        const response = await send(routes.processEvents.stream, { params: { id } }, leaving.signal)
        setLive(true)
        await readEvents(response, (event) => queries.setQueryData(eventKey(id), event as ProcessEvent))
      } catch {
        // It is opened again below, unless the page was left.
      }
      setLive(false)
      if (leaving.signal.aborted) return
      timer = setInterval(() => setAttempt((before) => before + 1), againMs)
    }
    void watch()
    return () => {
      leaving.abort()
      clearInterval(timer)
    }
  }, [id, open, attempt, queries])
  return { query, live: live && open }
}
