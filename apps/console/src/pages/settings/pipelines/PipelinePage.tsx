/** One pipeline: drawn, edited and simulated, and its versions. */
import { getRouteApi, Link } from "@tanstack/react-router"
import { FlaskConical } from "lucide-react"
import { useState } from "react"
import { Failure, Loading } from "../../../components/feedback/Notice.tsx"
import { Tabs } from "../../../components/values/Tabs.tsx"
import { useShortcuts } from "../../../environment/Shortcuts.ts"
import { sequenceOf } from "../../../settings/Sequence.ts"
import { defined } from "../../../url/Defined.ts"
import { SettingEditor } from "../editor/SettingEditor.tsx"
import { SettingHead } from "../editor/SettingHead.tsx"
import { useStored } from "../editor/StoredSetting.ts"
import { PauseActions, PausedBadge, WhyPaused } from "./PauseActions.tsx"
import { SequenceDrawing } from "./SequenceDrawing.tsx"
import { SimulatePanel } from "./SimulatePanel.tsx"
import { VersionsPanel } from "./VersionsPanel.tsx"

const route = getRouteApi("/pipelines/$id")

export const PipelinePage = () => {
  const { id } = route.useParams()
  const { tab = "sequence", from, to } = route.useSearch()
  const navigate = route.useNavigate()
  const { stored, error, refresh, save, changed } = useStored("pipelines", id)
  const [simulating, setSimulating] = useState(false)
  const go = (change: Readonly<Record<string, string | undefined>>) =>
    void navigate({ search: (before) => defined({ ...before, ...change }), replace: true })
  useShortcuts([
    { keys: "e", label: "Edit the pipeline", run: () => go({ tab: "edit" }) },
    { keys: "v", label: "Its versions", run: () => go({ tab: "versions" }) }
  ])
  if (stored === undefined) {
    return error === null ? <Loading what="the pipeline" /> : <Failure isPage error={error} retry={refresh} />
  }
  return (
    <>
      <SettingHead
        kind="pipelines"
        id={id}
        stored={stored}
        badge={<PausedBadge pipeline={stored} />}
        actions={<PauseActions id={id} stored={stored} changed={changed} />}
      >
        <Link to="/process-events" search={{ pipeline: id }}>its runs</Link>
      </SettingHead>
      <WhyPaused pipeline={stored} />
      <Tabs
        label="Pipeline"
        current={tab}
        onChange={(tab) => go({ tab, from: undefined, to: undefined })}
        tabs={[
          { id: "sequence", label: "Sequence", panel: () => <SequenceDrawing sequence={sequenceOf(stored)} /> },
          {
            id: "edit",
            label: "Edit and simulate",
            panel: () => (
              <SettingEditor
                kind="pipelines"
                id={id}
                stored={stored}
                save={save}
                refresh={refresh}
                tools={
                  <button
                    type="button"
                    className="button"
                    aria-expanded={simulating}
                    onClick={() => setSimulating(!simulating)}
                  >
                    <FlaskConical className="icon" aria-hidden="true" />
                    Simulate …
                  </button>
                }
                panel={simulating
                  ? (text, onError) => (
                    <SimulatePanel
                      id={id}
                      text={text}
                      onError={onError}
                      onClose={() => setSimulating(false)}
                    />
                  )
                  : undefined}
              />
            )
          },
          {
            id: "versions",
            label: "Versions",
            panel: () => <VersionsPanel id={id} from={from} to={to} choose={go} />
          }
        ]}
      />
    </>
  )
}
