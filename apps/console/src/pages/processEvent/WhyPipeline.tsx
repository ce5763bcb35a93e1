/** Explains why this pipeline was selected: the conditions of its version, beside the order's values. */
import { useQuery } from "@tanstack/react-query"
import { api } from "../../api/Api.ts"
import type { ProcessEvent, StoredSettings } from "../../api/Documents.ts"
import { JsonViewer } from "../../components/json/JsonViewer.tsx"

const list = (value: unknown): string => Array.isArray(value) ? value.join(", ") : String(value)

const names: Readonly<Record<string, string>> = {
  orderTypes: "order type",
  statuses: "status",
  marketIds: "market",
  when: "when"
}

const matchText = ({ match, priority }: StoredSettings): string => {
  const parts = typeof match === "object" && match !== null && !Array.isArray(match)
    ? Object.entries(match).map(([name, value]) => `${names[name] ?? name} ${list(value)}`)
    : []
  const rank = typeof priority === "number" ? `, priority ${priority}` : ""
  return `${parts.length === 0 ? "every order" : parts.join("; ")}${rank}`
}

export const WhyPipeline = ({ event }: { readonly event: ProcessEvent }) => {
  const { name, version } = event.pipeline
  const versions = useQuery({
    queryKey: ["pipeline", name, "versions"],
    queryFn: ({ signal }) => api.pipelines.versions({ params: { id: name }, query: { limit: 200 } }, signal),
    staleTime: 30_000,
    retry: false
  })
  const found = versions.data?.items.find((one) => one.version === version)
  return (
    <div className="stack">
      <div className="why">
        <span className="muted">Why {name} v{version}</span>
        <span className="break">
          {found === undefined
            ? versions.isPending ? "Loading …" : "This version is not stored any more."
            : `It takes ${matchText(found)}, and no pipeline of higher priority took the order when it was submitted.`}
        </span>
      </div>
      {found !== undefined && (
        <section className="card" aria-label="The pipeline's version">
          <JsonViewer value={found} label="pipeline" />
        </section>
      )}
    </div>
  )
}
