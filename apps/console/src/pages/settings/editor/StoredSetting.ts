/** One setting as it is stored, and how it is written and deleted. */
import { useQuery, useQueryClient } from "@tanstack/react-query"
import { useCallback } from "react"
import { api, type Payload } from "../../../api/Api.ts"
import type { StoredSettings } from "../../../api/Documents.ts"
import type { Kind } from "../../../settings/Kinds.ts"

type Document = Payload<"pipelines", "put">

export const settingKey = (kind: Kind, id: string) => ["setting", kind, id] as const

export const useStored = (kind: Kind, id: string) => {
  const queries = useQueryClient()
  const query = useQuery({
    queryKey: settingKey(kind, id),
    queryFn: ({ signal }) => api[kind].get({ params: { id } }, signal),
    refetchOnWindowFocus: true
  })
  const { refetch } = query
  const changed = useCallback(async (stored?: StoredSettings) => {
    if (stored !== undefined) queries.setQueryData(settingKey(kind, id), stored)
    await Promise.all([
      queries.invalidateQueries({ queryKey: ["settings", kind] }),
      queries.invalidateQueries({ queryKey: ["pipeline"] }),
      queries.invalidateQueries({ queryKey: ["pipelines"] })
    ])
  }, [queries, kind, id])
  const save = useCallback(async (document: unknown, version: number): Promise<StoredSettings> => {
    const headers = { "if-match": `"${version}"` }
    // An editor may hold any text; the server says what is wrong with it.
    const stored = await api[kind].put({ params: { id }, payload: document as Document, headers })
    await changed(stored)
    return stored
  }, [kind, id, changed])
  return {
    stored: query.data,
    error: query.error,
    refresh: useCallback(() => void refetch(), [refetch]),
    save,
    changed
  }
}
