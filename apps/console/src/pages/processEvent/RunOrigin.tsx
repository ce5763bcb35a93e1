/** The origin of a run, the reason for its state, its wait, and the retry or resolution that replaces it. */
import { Link } from "@tanstack/react-router"
import type { ProcessEvent } from "../../api/Documents.ts"
import { toneOf } from "../../api/StateTone.ts"
import { Duration } from "../../components/values/Duration.tsx"
import { Age, Time } from "../../components/values/Time.tsx"
import { heldFor } from "../../partners/PartnerHealth.ts"

export const RunFacts = ({ event }: { readonly event: ProcessEvent }) => (
  <>
    <span>
      order <Link className="mono break" to="/orders/$id" params={{ id: event.orderId }}>{event.orderId}</Link>
    </span>
    <span>
      pipeline <Link to="/pipelines/$id" params={{ id: event.pipeline.name }}>{event.pipeline.name}</Link>{" "}
      v{event.pipeline.version}
    </span>
    {event.shipmentId !== undefined && <span>shipment {event.shipmentId}</span>}
    <span>
      submitted <Time at={event.createdAt} />
    </span>
    <span>
      <Lasted event={event} />
    </span>
  </>
)

const Lasted = ({ event: { createdAt, durationMs, startedAt } }: { readonly event: ProcessEvent }) =>
  durationMs !== undefined
    ? (
      <>
        took <Duration ms={durationMs} />
      </>
    )
    : startedAt === undefined
    ? (
      <>
        queued for <Age since={createdAt} />
      </>
    )
    : (
      <>
        open for <Age since={startedAt} />
      </>
    )

export interface RunOriginProps {
  readonly event: ProcessEvent
  readonly settled: boolean
  readonly retriedBy: string | undefined
}

export const RunOrigin = ({ event, settled, retriedBy }: RunOriginProps) => (
  <>
    {event.reason !== undefined && (
      <div className={`why ${settled ? "" : `tone-${toneOf(event.state)}`}`}>
        <span className="muted">Why it is {event.state}</span>
        <span className="break">{event.reason}</span>
        {event.state === "waiting" && <Waiting event={event} />}
      </div>
    )}
    {retriedBy !== undefined && (
      <div className="why">
        <span className="muted">Its retry replaces it</span>
        <span className="break">
          It went on in <Link className="mono" to="/process-events/$id" params={{ id: retriedBy }}>{retriedBy}</Link>
        </span>
      </div>
    )}
    {settled && retriedBy === undefined && (
      <div className="why">
        <span className="muted">Settled</span>
        <span>It was resolved by hand, or its issue was acknowledged or resolved.</span>
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

/** The moment since which a waiting run stands still: the beginning of the step that waits. */
const waitsSince = ({ createdAt, startedAt, steps }: ProcessEvent): string =>
  steps.findLast((step) => step.startedAt !== undefined && step.finishedAt === undefined)?.startedAt
    ?? startedAt ?? createdAt

/** The moment at which a run gives up waiting for a callback: `waits for the callback of step approve until …`. */
const waitsUntil = (reason: string | undefined): string | undefined =>
  /^waits for the callback of step \S+ until (\S+)$/.exec(reason ?? "")?.[1]

const Waiting = ({ event }: { readonly event: ProcessEvent }) => {
  const host = heldFor(event.reason)
  const until = waitsUntil(event.reason)
  return (
    <span>
      {host !== undefined && (
        <>
          Held for <Link to="/partners/$host" params={{ host }}>{host}</Link>,{" "}
        </>
      )}
      for <Age since={waitsSince(event)} />
      {until !== undefined && (
        <>
          , until <Time at={until} /> at most
        </>
      )}
    </span>
  )
}
