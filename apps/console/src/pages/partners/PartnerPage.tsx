/** One partner: its health, its limits, and the runs that are held for it. */
import { useQuery } from "@tanstack/react-query"
import { getRouteApi, Link } from "@tanstack/react-router"
import { api } from "../../api/Api.ts"
import type { Partner } from "../../api/Documents.ts"
import { routes } from "../../api/Routes.ts"
import { Loaded } from "../../components/feedback/Loaded.tsx"
import { Facts, RecordPage, Section } from "../../components/page/RecordPage.tsx"
import { RunTable } from "../../components/table/RunTable.tsx"
import { Duration } from "../../components/values/Duration.tsx"
import { FailedShare, HealthBadge } from "../../components/values/PartnerValues.tsx"
import { StateBadge } from "../../components/values/StateBadge.tsx"
import { Age, Time } from "../../components/values/Time.tsx"
import { PartnerActions } from "./PartnerActions.tsx"
import { usePartnerNames } from "./PartnerNames.ts"

const route = getRouteApi("/partners/$host")

/** The interval at which the page is brought up to date. */
const liveEveryMs = 3000

/** The windows of the list of runs that an operator asks for. */
const windows = [["-10m", "10 min"], ["-1h", "1 h"], ["-24h", "24 h"]] as const

export const PartnerPage = () => {
  const { host } = route.useParams()
  const query = useQuery({
    queryKey: ["partner", host],
    queryFn: ({ signal }) => api.partners.get({ params: { host } }, signal),
    refetchInterval: liveEveryMs
  })
  return <Loaded isPage query={query} what="the partner">{(partner) => <PartnerRecord partner={partner} />}</Loaded>
}

const PartnerRecord = ({ partner }: { readonly partner: Partner }) => {
  const { host, state, since, waiting, open, reason, last10m, maxConcurrent, ratePerSecond, nextTryAt } = partner
  const names = usePartnerNames().get(host)
  return (
    <RecordPage
      title={`Partner ${host}`}
      tab={`${host} · partner`}
      id={host}
      badge={<HealthBadge partner={partner} />}
      request={{ route: routes.partners.get, parts: { params: { host } } }}
      actions={<PartnerActions partner={partner} />}
      facts={
        <>
          {names?.map((name) => <span key={name}>{name}</span>)}
          <span className="row wrap">
            runs that failed there, last{" "}
            {windows.map(([after, name]) => (
              <Link key={after} to="/process-events" search={{ partner: host, after }}>{name}</Link>
            ))}
          </span>
        </>
      }
    >
      {reason !== undefined && (
        <div className="why tone-wait">
          <span className="muted">{partner.paused ? "Paused" : "Limited"}, because</span>
          <span className="break">{reason}</span>
        </div>
      )}
      <section className="card" aria-label="Health and limits">
        <Facts
          facts={[
            [
              "Circuit",
              <span key="circuit" className="row wrap">
                <StateBadge state={state} />
                {since !== undefined && (
                  <span className="muted">
                    for <Age since={since} />
                  </span>
                )}
              </span>
            ],
            ["Last 10 minutes", <FailedShare key="failed" partner={partner} />],
            [
              "Answers in",
              last10m.calls > 0 && (
                <span key="answers">
                  <Duration ms={last10m.p50 ?? undefined} /> (half of them), <Duration ms={last10m.p95 ?? undefined} />
                  {" "}
                  (95 %)
                </span>
              )
            ],
            ["On the wire", <span key="open" className="num">{open}</span>],
            ["At once, at most", maxConcurrent ?? "no limit"],
            ["A second, at most", ratePerSecond ?? "no limit"],
            ["Runs held", <span key="held" className="num">{waiting.toLocaleString("en")}</span>],
            [
              "Next try",
              waiting === 0
                ? undefined
                : partner.paused
                ? "when the pause is lifted"
                : <Time key="next" at={nextTryAt} />
            ]
          ]}
        />
      </section>
      {waiting > 0 && <HeldRuns host={host} waiting={waiting} />}
    </RecordPage>
  )
}

/** The held runs that are shown without the whole list. */
const shown = 20

const HeldRuns = ({ host, waiting }: { readonly host: string; readonly waiting: number }) => {
  const search = { state: "waiting", partner: host } as const
  const query = useQuery({
    queryKey: ["process-events", { ...search, waiting }],
    queryFn: ({ signal }) => api.processEvents.list({ query: { ...search, limit: shown } }, signal)
  })
  return (
    <Section
      title="Runs held for it"
      note={waiting > shown ? `the newest ${shown} of ${waiting.toLocaleString("en")}` : undefined}
      actions={<Link to="/process-events" search={search}>All that wait for it</Link>}
    >
      <Loaded query={query} what="the runs">
        {({ items }) => <RunTable label="Runs held for it" of="orders" runs={items} />}
      </Loaded>
    </Section>
  )
}
