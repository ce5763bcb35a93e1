/** The selected step: its outcome and reason, its results, and the selected attempt. */
import { Link } from "@tanstack/react-router"
import { RotateCcw, Wrench } from "lucide-react"
import { useState } from "react"
import { useAccess } from "../../api/Access.ts"
import { type Callout, isFinal, type ProcessEvent, type Step } from "../../api/Documents.ts"
import { toneOf } from "../../api/StateTone.ts"
import { JsonViewer } from "../../components/json/JsonViewer.tsx"
import { Duration } from "../../components/values/Duration.tsx"
import { StateBadge } from "../../components/values/StateBadge.tsx"
import { Time } from "../../components/values/Time.tsx"
import { useShortcuts } from "../../environment/Shortcuts.ts"
import { CalloutSides } from "./CalloutSides.tsx"
import { ResolveDialog } from "./ResolveDialog.tsx"
import { RetryDialog } from "./RetryDialog.tsx"

interface StepProps {
  readonly event: ProcessEvent
  readonly step: Step
  readonly callout: Callout | undefined
}

const phases: Readonly<Record<Step["phase"], string>> = {
  steps: "step",
  postProcessing: "post-processing",
  compensation: "compensation"
}

/** True if the run waits for the partner's answer to the callback URL of the step. */
const waitsForCallback = ({ reason, state }: ProcessEvent, { id }: Step): boolean =>
  state === "waiting" && reason?.startsWith(`waits for the callback of step ${id} until `) === true

/** The event that a step without an outcome is waiting for. */
const awaited = (event: ProcessEvent, step: Step): string | undefined => {
  const { state } = event
  if (waitsForCallback(event, step)) return `The run ${event.reason ?? ""}.`
  if (step.state === "running") return "It is running."
  if (step.state !== "pending") return undefined
  return state === "waiting"
    ? "The run is held until the partner answers again."
    : "The steps before it have not ended."
}

export const StepPanel = ({ event, step, callout }: StepProps) => {
  const [asked, setAsked] = useState<"resolve" | "retry" | undefined>(undefined)
  const isWaited = waitsForCallback(event, step)
  const close = () => setAsked(undefined)
  return (
    <>
      <section className="card" aria-label={`Step ${step.id}`}>
        <header>
          <h2 className="mono">{step.id}</h2>
          <StateBadge state={step.state} />
          <StepFacts step={step} />
          <span className="grow" />
          <StepActions event={event} step={step} isWaited={isWaited} choose={setAsked} />
        </header>
        <div className="body stack">
          <Reasons event={event} step={step} callout={callout} />
        </div>
        {step.output !== undefined && (
          <details className="headers" open={callout === undefined}>
            <summary>Output: what later steps and the order see</summary>
            <JsonViewer value={step.output} label="output" />
          </details>
        )}
      </section>
      {callout === undefined
        ? step.callouts.length === 0 && <p className="muted">This step made no request.</p>
        : <CalloutSides eventId={event.id} callout={callout} />}
      {asked === "retry" && <RetryDialog event={event} from={step.id} onClose={close} />}
      {asked === "resolve" && <ResolveDialog event={event} step={step} isWaited={isWaited} onClose={close} />}
    </>
  )
}

const StepFacts = ({ step }: { readonly step: Step }) => (
  <span className="muted">
    {phases[step.phase]} {step.index + 1}, plugin {step.name}, {step.critical ? "critical" : "not critical"}
    {step.startedAt !== undefined && (
      <>
        , <Time at={step.startedAt} />
      </>
    )}
    {step.durationMs !== undefined && (
      <>
        , <Duration ms={step.durationMs} />
      </>
    )}
  </span>
)

interface StepActionsProps extends Pick<StepProps, "event" | "step"> {
  readonly isWaited: boolean
  readonly choose: (action: "resolve" | "retry") => void
}

const StepActions = ({ choose, event, isWaited, step }: StepActionsProps) => {
  const { may } = useAccess()
  const acts = may("operate")
  useShortcuts(
    acts && isWaited ? [{ keys: "a", label: "Answer for the partner", run: () => choose("resolve") }] : []
  )
  if (!acts) return null
  const ended = isFinal(event.state)
  return (
    <>
      {(isWaited || (step.state === "failed" && ended)) && (
        <button
          type="button"
          className={`button ${isWaited ? "primary" : ""}`}
          onClick={() => choose("resolve")}
        >
          <Wrench className="icon" aria-hidden="true" />
          {isWaited ? "Answer for the partner …" : "Settle by hand …"}
        </button>
      )}
      {step.phase === "steps" && ended && (
        <button type="button" className="button" onClick={() => choose("retry")}>
          <RotateCcw className="icon" aria-hidden="true" />
          Retry from here …
        </button>
      )}
    </>
  )
}

/** Why the step is in its state, what it failed with, and the run whose step it reused. */
const Reasons = ({ callout, event, step }: StepProps) => {
  const { error, reason, reusedFrom, state } = step
  const why = reason ?? awaited(event, step)
  const isSaid = error === undefined || error.message === reason || error.message === callout?.error?.message
  return (
    <>
      {why !== undefined && (
        <div className={`why tone-${toneOf(state)}`}>
          <span className="muted">Why</span>
          <span className="break">{why}</span>
        </div>
      )}
      {!isSaid && (
        <div className="why tone-bad">
          <span className="muted">{error.name}</span>
          <span className="break">{error.message}</span>
        </div>
      )}
      {reusedFrom !== undefined && (
        <p>
          Reused from{" "}
          <Link className="mono break" to="/process-events/$id" params={{ id: reusedFrom }}>{reusedFrom}</Link>
        </p>
      )}
    </>
  )
}
