/**
 * One run: its steps over time, the requests and answers, the reasons, and the changes to the order. Live while it is
 * open.
 */
import { getRouteApi, Link } from "@tanstack/react-router"
import { useEffect } from "react"
import type { Callout, ProcessEvent, Step } from "../../api/Documents.ts"
import { Waterfall } from "../../components/charts/Waterfall.tsx"
import { CopyButton } from "../../components/feedback/CopyButton.tsx"
import { Empty, Failure, Loading } from "../../components/feedback/Notice.tsx"
import { JsonViewer } from "../../components/json/JsonViewer.tsx"
import { DeliveryRows } from "../../components/table/DeliveryRows.tsx"
import { RunRows } from "../../components/table/RunRows.tsx"
import { Duration } from "../../components/values/Duration.tsx"
import { StateBadge, toneOf } from "../../components/values/StateBadge.tsx"
import { Tabs } from "../../components/values/Tabs.tsx"
import { Age, Time } from "../../components/values/Time.tsx"
import type { WaterfallLine } from "../../waterfall/Layout.ts"
import { useLiveEvent } from "./LiveEvent.ts"
import { OrderChanges } from "./OrderChanges.tsx"
import { RunActions } from "./RunActions.tsx"
import { StepPanel } from "./StepPanel.tsx"
import { WhyPipeline } from "./WhyPipeline.tsx"

const route = getRouteApi("/process-events/$id")

/** The step shown by default: the failed one, else the current one, else the first. */
const firstLook = (steps: ReadonlyArray<Step>): Step | undefined =>
  steps.find(({ state }) => state === "failed")
    ?? steps.find(({ state }) => state === "warning")
    ?? steps.find(({ state }) => state === "running")
    ?? steps.find(({ callouts }) => callouts.length > 0)
    ?? steps[0]

interface Chosen {
  readonly step: Step
  readonly callout: Callout | undefined
}

const chosenOf = (
  event: ProcessEvent,
  stepId: string | undefined,
  calloutId: string | undefined
): Chosen | undefined => {
  const named = event.steps.find(({ id }) => id === stepId)
  const step = named ?? firstLook(event.steps)
  if (step === undefined) return undefined
  const callout = step.callouts.find(({ id }) => id === calloutId) ??
    (named === undefined ? step.callouts.at(-1) : undefined)
  return { step, callout }
}

const Head = ({ event, live }: {
  readonly event: ProcessEvent
  readonly live: boolean
}) => (
  <div className="page-head">
    <h1 className="row">Process event</h1>
    <StateBadge state={event.state} />
    {live && <span className="badge tone-busy" title="Kept up to date by the server">live</span>}
    <div className="actions">
      <RunActions event={event} />
    </div>
    <div className="sub">
      <span className="row">
        <code className="break">{event.id}</code>
        <CopyButton what="the id" text={() => event.id} />
      </span>
      <span>
        order <Link className="mono break" to="/orders/$id" params={{ id: event.orderId }}>{event.orderId}</Link>
      </span>
      <span>pipeline {event.pipeline.name} v{event.pipeline.version}</span>
      {event.shipmentId !== undefined && <span>shipment {event.shipmentId}</span>}
      <span>
        submitted <Time at={event.createdAt} />
      </span>
      <span>
        {event.durationMs !== undefined
          ? (
            <>
              took <Duration ms={event.durationMs} />
            </>
          )
          : event.startedAt === undefined
          ? (
            <>
              queued for <Age since={event.createdAt} />
            </>
          )
          : (
            <>
              running for <Age since={event.startedAt} />
            </>
          )}
      </span>
    </div>
  </div>
)

const Origin = ({ event }: { readonly event: ProcessEvent }) => (
  <>
    {event.reason !== undefined && (
      <div className={`why tone-${toneOf(event.state)}`}>
        <span className="muted">Why it is {event.state}</span>
        <span className="break">{event.reason}</span>
      </div>
    )}
    {event.retryOf !== undefined && (
      <div className="why">
        <span className="muted">
          A retry{event.requestedBy === undefined ? "" : `, requested by ${event.requestedBy}`}
        </span>
        <span className="break">
          It goes on with{" "}
          <Link className="mono" to="/process-events/$id" params={{ id: event.retryOf }}>{event.retryOf}</Link>
          {event.fromStep === undefined ? "" : ` at ${event.fromStep}`}
          {event.retryReason === undefined ? "." : `: ${event.retryReason}`}
        </span>
      </div>
    )}
  </>
)

export const ProcessEventPage = () => {
  const { id } = route.useParams()
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const { query, live } = useLiveEvent(id)
  const event = query.data
  useEffect(() => {
    document.title = event === undefined ? "Sluice" : `${event.state} · ${event.pipeline.name} · Sluice`
    return () => {
      document.title = "Sluice"
    }
  }, [event])
  if (event === undefined) {
    return query.error === null
      ? <Loading what="the process event" />
      : <Failure error={query.error} retry={() => void query.refetch()} />
  }
  const chosen = chosenOf(event, search.step, search.callout)
  const choose = ({ step, callout }: WaterfallLine) =>
    void navigate({
      search: { step: step.id, ...(callout === undefined ? {} : { callout: callout.id }) },
      replace: true,
      resetScroll: false
    })
  const tab = search.tab ?? "steps"
  const tabs = [
    {
      id: "steps",
      label: chosen === undefined ? "Steps" : `Step ${chosen.step.id}`,
      panel: () =>
        chosen === undefined
          ? <Empty title="This pipeline has no steps">The run completed at once.</Empty>
          : (
            <div className="stack">
              <StepPanel key={chosen.step.id} event={event} step={chosen.step} callout={chosen.callout} />
            </div>
          )
    },
    { id: "order", label: "Order before and after", panel: () => <OrderChanges event={event} /> },
    {
      id: "webhooks",
      label: "Webhooks that followed",
      panel: () => <DeliveryRows orderId={event.orderId} since={event.createdAt} />
    },
    { id: "pipeline", label: "Why this pipeline", panel: () => <WhyPipeline event={event} /> },
    { id: "runs", label: "Runs over this order", panel: () => <RunRows orderId={event.orderId} current={event.id} /> },
    {
      id: "raw",
      label: "JSON",
      panel: () => (
        <section className="card" aria-label="The process event as JSON">
          <JsonViewer value={event} label="process event" />
        </section>
      )
    }
  ]
  return (
    <>
      <Head event={event} live={live} />
      <Origin event={event} />
      {event.steps.length > 0 && (
        <section className="card" aria-label="What was done, in time">
          <Waterfall event={event} chosen={chosen?.callout?.id ?? chosen?.step.id} choose={choose} />
        </section>
      )}
      <Tabs
        label="What is known of this run"
        tabs={tabs}
        current={tabs.some(({ id }) => id === tab) ? tab : "steps"}
        onChange={(tab) =>
          void navigate({
            search: (before) => ({ ...before, tab: tab === "steps" ? "" : tab }),
            replace: true,
            resetScroll: false
          })}
      />
    </>
  )
}
