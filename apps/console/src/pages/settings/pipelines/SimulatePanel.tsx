/** Simulates a draft over recorded runs; nothing is sent. */
import { Link } from "@tanstack/react-router"
import { FlaskConical, X } from "lucide-react"
import { type FormEvent, useState } from "react"
import { type Answer, api, type Payload } from "../../../api/Api.ts"
import { routes } from "../../../api/Routes.ts"
import { CopyCurl } from "../../../components/feedback/CopyCurl.tsx"
import { Empty, Failure, Loading } from "../../../components/feedback/Notice.tsx"
import { StateBadge } from "../../../components/values/StateBadge.tsx"
import { readDraft } from "../../../settings/Kinds.ts"
import { groupsOf, type SimulatedGroup, type SimulatedRun } from "../../../settings/SimulationGroups.ts"
import { SimulatedDifferences } from "./SimulatedDifferences.tsx"

type Simulated = Answer<"pipelines", "simulate">["items"]

export interface SimulatePanelProps {
  readonly id: string
  readonly text: string
  readonly onError: (error: unknown) => void
  readonly onClose: () => void
}

/** The selected runs: some orders by id, or the last ones of the pipeline. */
const wanted = (orders: string, lastRuns: number) => {
  const ids = orders.split(/[\s,]+/).filter((one) => one !== "")
  return ids.length > 0 ? { orders: ids } : { lastRuns }
}

export const SimulatePanel = ({ id, text, onError, onClose }: SimulatePanelProps) => {
  const [orders, setOrders] = useState("")
  const [lastRuns, setLastRuns] = useState(50)
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(undefined)
  const [result, setResult] = useState<{ readonly of: string; readonly items: Simulated } | undefined>(undefined)
  const draft = readDraft(text)
  const payload = {
    ...("document" in draft ? { definition: draft.document } : {}),
    ...wanted(orders, lastRuns)
  } as Payload<"pipelines", "simulate">
  const parts = { params: { id }, payload }
  const run = async (event: FormEvent) => {
    event.preventDefault()
    if (busy) return
    setBusy(true)
    setError(undefined)
    try {
      setResult({ of: text, items: (await api.pipelines.simulate(parts)).items })
      onError(undefined)
    } catch (refused) {
      setResult(undefined)
      setError(refused)
      onError(refused)
    } finally {
      setBusy(false)
    }
  }
  return (
    <section className="card" aria-label="Simulation">
      <header>
        <h2>Simulate the draft</h2>
        <span className="muted grow">Over runs on record, with the answers on record. Nothing is sent.</span>
        <button type="button" className="button quiet icon-only" aria-label="Close the simulation" onClick={onClose}>
          <X className="icon" aria-hidden="true" />
        </button>
      </header>
      <div className="body stack">
        <form className="filters" onSubmit={(event) => void run(event)}>
          <label className="field">
            <span>Last runs of this pipeline</span>
            <input
              className="input num"
              type="number"
              min={1}
              max={10_000}
              value={lastRuns}
              disabled={orders.trim() !== ""}
              onChange={(event) => setLastRuns(Number(event.target.value))}
            />
          </label>
          <label className="field wide">
            <span>or these orders, by id</span>
            <input
              className="input mono"
              value={orders}
              placeholder="order-1, order-2"
              spellCheck={false}
              onChange={(event) => setOrders(event.target.value)}
            />
          </label>
          <button type="submit" className="button primary" disabled={busy || "fault" in draft}>
            <FlaskConical className="icon" aria-hidden="true" />
            {busy ? "Simulating …" : "Simulate"}
          </button>
          <CopyCurl request={{ route: routes.pipelines.simulate, parts }} />
        </form>
        {"fault" in draft && <p className="why tone-bad">The draft is no JSON: {draft.fault}</p>}
        {busy
          ? <Loading what="the simulation" />
          : error !== undefined
          ? <Failure error={error} />
          : result !== undefined && <Outcome items={result.items} stale={result.of !== text} />}
      </div>
    </section>
  )
}

const Outcome = ({ items, stale }: { readonly items: Simulated; readonly stale: boolean }) => {
  const differing = items.filter(({ same }) => !same)
  if (items.length === 0) {
    return (
      <Empty title="No run is on record">
        <p>Name orders by their ids, or run some through the pipeline first.</p>
      </Empty>
    )
  }
  return (
    <div className="stack">
      <p role="status" className={`why ${differing.length === 0 ? "tone-ok" : "tone-warn"}`}>
        {differing.length === 0
          ? `All ${items.length} runs would have gone as they did.`
          : `${differing.length} of ${items.length} runs would have gone differently.`}
        {stale && " The draft was changed since: simulate again."}
      </p>
      {groupsOf(items).map((group) => <Group key={group.key} group={group} />)}
    </div>
  )
}

/** The runs of a group that are shown. */
const mostShown = 50

const Group = ({ group: { after, before, runs, steps } }: { readonly group: SimulatedGroup }) => (
  <details className="simulated">
    <summary>
      <strong className="num">
        {runs.length} {runs.length === 1 ? "run" : "runs"}
      </strong>
      {before !== undefined && <StateBadge state={before} />}
      <span aria-label="would have been">→</span>
      <StateBadge state={after} />
      <span className="muted break">{steps.join("; ")}</span>
    </summary>
    <div className="stack">
      {runs.slice(0, mostShown).map((run) => <Run key={run.processEventId ?? run.orderId} run={run} />)}
      {runs.length > mostShown && <p className="muted">The first {mostShown} are shown.</p>}
    </div>
  </details>
)

const Run = ({ run: { differences, orderId, processEventId, unanswered } }: { readonly run: SimulatedRun }) => (
  <section className="stack" aria-label={`Order ${orderId}`}>
    <h3 className="mono break">
      {processEventId === undefined
        ? orderId
        : <Link to="/process-events/$id" params={{ id: processEventId }}>{orderId}</Link>}
    </h3>
    {unanswered.length > 0 && (
      <p className="why tone-wait">
        No answer is on record for {unanswered.join(", ")}: they were taken to have gone well.
      </p>
    )}
    <SimulatedDifferences differences={differences} />
  </section>
)
