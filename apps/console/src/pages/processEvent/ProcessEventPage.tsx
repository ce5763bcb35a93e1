/**
 * One run: its steps over time, the requests and answers, the reasons, and the changes to the order. Live while it is
 * open.
 */
import { getRouteApi } from "@tanstack/react-router"
import type { Callout, ProcessEvent, Step } from "../../api/Documents.ts"
import { routes } from "../../api/Routes.ts"
import { OrderTimeline } from "../../components/charts/OrderTimeline.tsx"
import { Waterfall } from "../../components/charts/Waterfall.tsx"
import { Loaded } from "../../components/feedback/Loaded.tsx"
import { Empty } from "../../components/feedback/Notice.tsx"
import { JsonViewer } from "../../components/json/JsonViewer.tsx"
import { RecordPage } from "../../components/page/RecordPage.tsx"
import { DeliveryRows } from "../../components/table/DeliveryRows.tsx"
import { useOrderRuns } from "../../components/table/OrderRuns.ts"
import { RunRows } from "../../components/table/RunRows.tsx"
import { RunBadge } from "../../components/values/RunBadge.tsx"
import { Tabs } from "../../components/values/Tabs.tsx"
import type { WaterfallLine } from "../../waterfall/Layout.ts"
import { useLiveEvent } from "./LiveEvent.ts"
import { OrderChanges } from "./OrderChanges.tsx"
import { RunActions } from "./RunActions.tsx"
import { RunFacts, RunOrigin } from "./RunOrigin.tsx"
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

export const ProcessEventPage = () => {
  const { query, live } = useLiveEvent(route.useParams().id)
  return <Loaded isPage query={query} what="the run">{(event) => <RunRecord event={event} live={live} />}</Loaded>
}

/** The tabs of the page of a run, with their panels. */
const tabsOf = (event: ProcessEvent, chosen: Chosen | undefined) => [
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
    id: "timeline",
    label: "Timeline",
    panel: () => <OrderTimeline orderId={event.orderId} runId={event.id} />
  },
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

const RunRecord = ({ event, live }: { readonly event: ProcessEvent; readonly live: boolean }) => {
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const summary = useOrderRuns(event.orderId).data?.items.find(({ id }) => id === event.id)
  const chosen = chosenOf(event, search.step, search.callout)
  const choose = ({ step, callout }: WaterfallLine) =>
    void navigate({
      search: { step: step.id, ...(callout === undefined ? {} : { callout: callout.id }) },
      replace: true,
      resetScroll: false
    })
  const tab = search.tab ?? "steps"
  const tabs = tabsOf(event, chosen)
  return (
    <RecordPage
      title="Run"
      tab={`${event.state} · ${event.pipeline.name} · run`}
      id={event.id}
      badge={
        <>
          <RunBadge {...event} settled={summary?.settled} retriedBy={summary?.retriedBy} />
          {live && <span className="badge tone-busy" title="Kept up to date by the server">live</span>}
        </>
      }
      request={{ route: routes.processEvents.get, parts: { params: { id: event.id } } }}
      actions={<RunActions event={event} />}
      facts={<RunFacts event={event} />}
    >
      <RunOrigin event={event} settled={summary?.settled === true} retriedBy={summary?.retriedBy} />
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
    </RecordPage>
  )
}
