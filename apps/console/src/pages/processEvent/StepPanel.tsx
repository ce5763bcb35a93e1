/** The chosen step: how it ended and why, what it left, and the attempt that was chosen. */
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
  const [resolving, setResolving] = useState(false)
  const { may } = useAccess()
  const [retrying, setRetrying] = useState(false)
  const waits = awaited(event, step)
  const isWaited = waitsForCallback(event, step)
  return (
    <>
      <section className="card" aria-label={`Step ${step.id}`}>
        <header>
          <h2 className="mono">{step.id}</h2>
          <StateBadge state={step.state} />
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
          <span className="grow" />
          {isWaited && may("operate") && (
            <button
              type="button"
              className="button"
              onClick={() => setResolving(true)}
            >
              <Wrench className="icon" aria-hidden="true" />
              Answer for the partner …
            </button>
          )}
          {step.state === "failed" && isFinal(event.state) && may("operate") && (
            <button
              type="button"
              className="button"
              onClick={() => setResolving(true)}
            >
              <Wrench className="icon" aria-hidden="true" />
              Settle by hand …
            </button>
          )}
          {step.phase === "steps" && isFinal(event.state) && may("operate") && (
            <button
              type="button"
              className="button"
              onClick={() => setRetrying(true)}
            >
              <RotateCcw className="icon" aria-hidden="true" />
              Retry from here …
            </button>
          )}
        </header>
        <div className="body stack">
          {(step.reason !== undefined || waits !== undefined) && (
            <div className={`why tone-${toneOf(step.state)}`}>
              <span className="muted">Why</span>
              <span className="break">{step.reason ?? waits}</span>
            </div>
          )}
          {step.error !== undefined && step.error.message !== step.reason
            && step.error.message !== callout?.error?.message && (
            <div className="why tone-bad">
              <span className="muted">{step.error.name}</span>
              <span className="break">{step.error.message}</span>
            </div>
          )}
          {step.reusedFrom !== undefined && (
            <p>
              Reused from{" "}
              <Link className="mono break" to="/process-events/$id" params={{ id: step.reusedFrom }}>
                {step.reusedFrom}
              </Link>
            </p>
          )}
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
      {retrying && <RetryDialog event={event} from={step.id} onClose={() => setRetrying(false)} />}
      {resolving && <ResolveDialog event={event} step={step} isWaited={isWaited} onClose={() => setResolving(false)} />}
    </>
  )
}
