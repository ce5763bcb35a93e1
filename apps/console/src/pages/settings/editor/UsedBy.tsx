/** The pipelines and connectors that use a connector or an auth provider. */
import { useQuery } from "@tanstack/react-query"
import { Link } from "@tanstack/react-router"
import { Fragment } from "react"
import { api } from "../../../api/Api.ts"
import type { StoredSettings } from "../../../api/Documents.ts"
import { kinds } from "../../../settings/Kinds.ts"
import { usersOf } from "../../../settings/Usage.ts"

/** All settings of a kind, as many as one page holds. */
const useSome = (kind: "pipelines" | "connectors") =>
  useQuery({
    queryKey: ["settings", kind, "first page"],
    queryFn: ({ signal }) => api[kind].list({ query: { limit: 200 } }, signal),
    staleTime: 10_000
  }).data?.items

export interface UsedByProps {
  readonly kind: "connectors" | "authProviders"
  readonly stored: StoredSettings
}

export const UsedBy = ({ kind, stored }: UsedByProps) => {
  const [pipelines, connectors] = [useSome("pipelines"), useSome("connectors")]
  if (pipelines === undefined || connectors === undefined) return null
  const users = usersOf(kind, stored, pipelines, connectors)
  return (
    <span>
      {users.length === 0 ? "used by no pipeline" : "used by "}
      {users.map(({ kind, id, steps }, index) => (
        <Fragment key={`${kind} ${id}`}>
          {index > 0 && ", "}
          <Link to={kinds[kind].page} params={{ id }} title={steps.join(", ")}>{id}</Link>
          {steps.length > 0 && ` (${steps.join(", ")})`}
        </Fragment>
      ))}
    </span>
  )
}
