/** A pipeline's versions, and what differs between two of them. */
import { api } from "../../../api/Api.ts"
import type { StoredSettings } from "../../../api/Documents.ts"
import { usePages } from "../../../api/Pages.ts"
import { routes } from "../../../api/Routes.ts"
import { CopyCurl } from "../../../components/feedback/CopyCurl.tsx"
import { Empty, Failure, Loading } from "../../../components/feedback/Notice.tsx"
import { JsonDiff } from "../../../components/json/JsonDiff.tsx"
import { timeText } from "../../../components/values/Time.tsx"
import { timeOf } from "../../../environment/Now.ts"
import { textOf } from "../../../settings/Kinds.ts"

export interface VersionsPanelProps {
  readonly id: string
  readonly from: string | undefined
  readonly to: string | undefined
  readonly choose: (versions: { readonly from: string; readonly to: string }) => void
}

const side = (stored: StoredSettings) => ({ label: `version ${stored.version}`, text: textOf("pipelines", stored) })

export const VersionsPanel = ({ id, from, to, choose }: VersionsPanelProps) => {
  const versions = usePages(
    ["pipeline", id, "all-versions"],
    (query, signal) => api.pipelines.versions({ params: { id }, query }, signal)
  )
  if (versions.isPending) return <Loading what="the versions" />
  if (versions.error !== null) return <Failure error={versions.error} retry={versions.refresh} />
  const byNumber = new Map(versions.items.map((one) => [String(one.version), one]))
  const after = byNumber.get(to ?? "") ?? versions.items[0]
  const before = byNumber.get(from ?? "") ?? versions.items.find(({ version }) => version < (after?.version ?? 0))
  if (after === undefined || before === undefined) {
    return (
      <Empty title="There is one version only">
        <p>Each save makes a new one. A run keeps the version that it started with.</p>
      </Empty>
    )
  }
  const select = (label: string, chosen: StoredSettings, onChoose: (version: string) => void) => (
    <label className="field">
      <span>{label}</span>
      <select className="input" value={chosen.version} onChange={(event) => onChoose(event.target.value)}>
        {versions.items.map(({ version, updatedAt }) => (
          <option key={version} value={version}>version {version}, {timeText(timeOf(updatedAt))}</option>
        ))}
      </select>
    </label>
  )
  return (
    <div className="stack">
      <div className="filters">
        {select("From", before, (from) => choose({ from, to: String(after.version) }))}
        {select("To", after, (to) => choose({ from: String(before.version), to }))}
        {versions.hasMore && (
          <button type="button" className="button" disabled={versions.loadingMore} onClick={versions.loadMore}>
            Load older ones
          </button>
        )}
        <CopyCurl request={{ route: routes.pipelines.versions, parts: { params: { id } } }} />
      </div>
      {side(before).text === side(after).text
        ? <p className="why tone-ok">Nothing differs between them.</p>
        : <JsonDiff before={side(before)} after={side(after)} />}
    </div>
  )
}
