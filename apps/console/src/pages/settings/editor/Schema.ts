/** The schema for completion of a kind of setting; for pipelines, with the server's plugins. */
import { useQuery } from "@tanstack/react-query"
import { useMemo } from "react"
import { api } from "../../../api/Api.ts"
import type { Plugin } from "../../../api/Documents.ts"
import type { JsonSchema } from "../../../settings/JsonSchema.ts"
import { type Kind, schemas } from "../../../settings/Kinds.ts"
import { pipelineSchema } from "../../../settings/SettingSchemas.ts"

const none: ReadonlyArray<Plugin> = []

export const useSchema = (kind: Kind): JsonSchema => {
  const plugins = useQuery({
    queryKey: ["plugins"],
    queryFn: ({ signal }) => api.plugins.list({ query: { limit: 200 } }, signal),
    staleTime: Infinity,
    enabled: kind === "pipelines"
  })
  const items = plugins.data?.items ?? none
  return useMemo(() => kind === "pipelines" ? pipelineSchema(items) : schemas[kind], [kind, items])
}
