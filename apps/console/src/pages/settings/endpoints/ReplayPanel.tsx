/** Replays the deliveries of an endpoint, shows the progress, and cancels a replay. */
import { useQuery, useQueryClient } from "@tanstack/react-query"
import { CircleStop, History } from "lucide-react"
import { useState } from "react"
import { useAccess } from "../../../api/Access.ts"
import { api, type Payload } from "../../../api/Api.ts"
import type { DeliveryState } from "../../../api/Documents.ts"
import { routes } from "../../../api/Routes.ts"
import { Allowed } from "../../../components/feedback/Allowed.tsx"
import { ConfirmDialog } from "../../../components/feedback/ConfirmDialog.tsx"
import { CopyCurl } from "../../../components/feedback/CopyCurl.tsx"
import { Failure, Loading } from "../../../components/feedback/Notice.tsx"
import { TimeFilter } from "../../../components/table/Filters.tsx"
import { StateBadge } from "../../../components/values/StateBadge.tsx"
import { Time } from "../../../components/values/Time.tsx"
import { now } from "../../../environment/Now.ts"
import { webhookTypes } from "../../../settings/WebhookTypes.ts"
import { defined } from "../../../url/Defined.ts"
import { momentOf } from "../../../url/Filters.ts"
import { Choices } from "../editor/Choices.tsx"

/** The states that can be replayed: a pending delivery is sent anyway, a filtered one was not to be sent. */
const states: ReadonlyArray<DeliveryState> = ["held", "exhausted", "delivered", "cancelled"]

export interface ReplayPanelProps {
  readonly id: string
  /** The id of the replay whose progress is shown. */
  readonly replayId: string | undefined
  readonly follow: (replayId: string) => void
}

export const ReplayPanel = ({ id, replayId, follow }: ReplayPanelProps) => {
  const [time, setTime] = useState<{ readonly after?: string | undefined; readonly before?: string | undefined }>({
    after: "-24h"
  })
  const [chosen, setChosen] = useState<ReadonlyArray<string>>(["held", "exhausted"])
  const [types, setTypes] = useState<ReadonlyArray<string>>([])
  const [asking, setAsking] = useState(false)
  const since = momentOf(time.after, now())
  const payload = defined({
    since: since ?? "",
    until: momentOf(time.before, now()),
    states: states.filter((one) => chosen.includes(one)),
    types: types.length === 0 ? undefined : types
  }) as Payload<"webhookEndpoints", "replay">
  const parts = { params: { id }, payload }
  return (
    <div className="stack">
      {replayId !== undefined && <Progress id={id} replayId={replayId} />}
      <section className="card" aria-label="A new replay">
        <header>
          <h2>Replay</h2>
          <span className="muted">The same messages go out again, under their old webhook-id.</span>
        </header>
        <div className="body stack">
          <div className="filters">
            <TimeFilter after={time.after} before={time.before} onChange={setTime} />
          </div>
          <Choices legend="In these states" options={states} chosen={chosen} onChange={setChosen} />
          <Choices
            legend="Of these types; none chosen: all"
            options={webhookTypes}
            chosen={types}
            onChange={setTypes}
          />
          <div className="row wrap">
            <Allowed role="operate">
              <button
                type="button"
                className="button primary"
                disabled={since === undefined || chosen.length === 0}
                onClick={() => setAsking(true)}
              >
                <History className="icon" aria-hidden="true" />
                Replay …
              </button>
            </Allowed>
            {since === undefined && <span className="muted">Choose a time first.</span>}
            {chosen.length === 0 && <span className="muted">Choose a state first.</span>}
          </div>
        </div>
      </section>
      {asking && (
        <ConfirmDialog
          title="Replay to this endpoint"
          description={`Deliveries that are ${chosen.join(" or ")}${
            types.length === 0 ? "" : `, of type ${types.join(" or ")},`
          } and were made since ${since ?? ""} go out again.`}
          action="Replay them"
          reason="none"
          request={() => ({ route: routes.webhookEndpoints.replay, parts })}
          onConfirm={async () => follow((await api.webhookEndpoints.replay(parts)).id)}
          onClose={() => setAsking(false)}
        />
      )}
    </div>
  )
}

const Progress = ({ id, replayId }: { readonly id: string; readonly replayId: string }) => {
  const queries = useQueryClient()
  const [stopping, setStopping] = useState(false)
  const { may } = useAccess()
  const parts = { params: { id, replayId } }
  const queryKey = ["replay", id, replayId]
  const query = useQuery({
    queryKey,
    queryFn: ({ signal }) => api.webhookEndpoints.getReplay(parts, signal),
    refetchInterval: ({ state }) => state.data === undefined || state.data.state === "running" ? 1000 : false
  })
  if (query.data === undefined) {
    return query.error === null
      ? <Loading what="the replay" />
      : <Failure error={query.error} retry={() => void query.refetch()} />
  }
  const { state, replayed, remaining, since, until, createdAt } = query.data
  const total = replayed + remaining
  const share = { width: `${total === 0 ? (state === "running" ? 0 : 100) : (100 * replayed) / total}%` }
  return (
    <section className="card" aria-label="The replay">
      <header>
        <h2>
          Replay of <Time at={createdAt} />
        </h2>
        <StateBadge state={state} />
        <span className="grow" />
        <CopyCurl request={{ route: routes.webhookEndpoints.getReplay, parts }} />
        {state === "running" && may("operate") && (
          <button
            type="button"
            className="button danger"
            onClick={() => setStopping(true)}
          >
            <CircleStop className="icon" aria-hidden="true" />
            Stop it
          </button>
        )}
      </header>
      <div className="body stack">
        <div
          className="progress"
          role="progressbar"
          aria-label="Deliveries that were taken up"
          aria-valuemin={0}
          aria-valuemax={total}
          aria-valuenow={replayed}
        >
          <span className="tone-ok" style={share} />
        </div>
        <p className="num" role="status">
          {replayed.toLocaleString("en")} are to be sent again, {remaining.toLocaleString("en")} to come
        </p>
        <p className="muted">
          made from <Time at={since} /> to <Time at={until} />
        </p>
      </div>
      {stopping && (
        <ConfirmDialog
          title="Stop the replay"
          description="No further delivery is taken up. What is queued by now is sent."
          action="Stop it"
          danger
          reason="none"
          request={() => ({ route: routes.webhookEndpoints.cancelReplay, parts })}
          onConfirm={async () => queries.setQueryData(queryKey, await api.webhookEndpoints.cancelReplay(parts))}
          onClose={() => setStopping(false)}
        />
      )}
    </section>
  )
}
