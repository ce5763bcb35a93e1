/** The partners: how fast they answer, how often they fail, and whether runs are held for them. */
import { useQueryClient } from "@tanstack/react-query"
import { Link } from "@tanstack/react-router"
import { useState } from "react"
import { useAccess } from "../../api/Access.ts"
import { api } from "../../api/Api.ts"
import type { Overview, OverviewPartner } from "../../api/Documents.ts"
import { routes } from "../../api/Routes.ts"
import { ConfirmDialog } from "../../components/feedback/ConfirmDialog.tsx"
import { toast } from "../../components/feedback/Toasts.tsx"
import { Duration } from "../../components/values/Duration.tsx"
import { StateBadge } from "../../components/values/StateBadge.tsx"
import { Age } from "../../components/values/Time.tsx"

const failedShare = ({ callouts, failures }: OverviewPartner): string =>
  callouts === 0 ? "–" : `${failures.toLocaleString("en")} of ${callouts.toLocaleString("en")}`

const ResetDialog = ({ host, onClose }: { readonly host: string; readonly onClose: () => void }) => {
  const queries = useQueryClient()
  const parts = { params: { host } }
  return (
    <ConfirmDialog
      title={`Close the circuit of ${host}`}
      description="Runs on hold for it are released, a few at first. If it still does not answer, they are put on hold again."
      action="Let them go"
      reason="none"
      request={() => ({ route: routes.partners.reset, parts })}
      onConfirm={async () => {
        await api.partners.reset(parts)
        toast("ok", `Circuit of ${host} closed`)
        await queries.invalidateQueries({ queryKey: ["overview"] })
      }}
      onClose={onClose}
    />
  )
}

export const Partners = ({ overview }: { readonly overview: Overview }) => {
  const { may } = useAccess()
  const [resetting, setResetting] = useState<string | undefined>(undefined)
  return (
    <section className="card" aria-label="Partners">
      <header>
        <h2>Partners</h2>
        <span className="muted">the newest {overview.calloutsSeen.toLocaleString("en")} callouts</span>
      </header>
      {overview.partners.length === 0
        ? <p className="body muted">No partner was called in the last ten minutes.</p>
        : (
          // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard
          <div className="scroll-x" tabIndex={0} role="group" aria-label="Partners, a table">
            <table className="grid-table">
              <thead>
                <tr>
                  <th>Partner</th>
                  <th>Breaker</th>
                  <th className="end">p50</th>
                  <th className="end">p95</th>
                  <th className="end">p99</th>
                  <th className="end">Failed</th>
                  <th className="end">Held</th>
                  <th>
                    <span className="visually-hidden">Action</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {overview.partners.map((partner) => (
                  <tr key={partner.host}>
                    <td>
                      <Link className="mono" to="/process-events" search={{ partner: partner.host }}>
                        {partner.host}
                      </Link>
                    </td>
                    <td className="nowrap">
                      <StateBadge state={partner.breaker} />{" "}
                      {partner.breaker !== "closed" && partner.since !== undefined && (
                        <span className="muted">
                          <Age since={partner.since} />
                        </span>
                      )}
                    </td>
                    <td className="end">
                      <Duration ms={partner.p50Ms} />
                    </td>
                    <td className="end">
                      <Duration ms={partner.p95Ms} />
                    </td>
                    <td className="end">
                      <Duration ms={partner.p99Ms} />
                    </td>
                    <td className="end nowrap">{failedShare(partner)}</td>
                    <td className="end">{partner.waiting === 0 ? "" : partner.waiting.toLocaleString("en")}</td>
                    <td className="end">
                      {partner.breaker !== "closed" && may("operate") && (
                        <button
                          type="button"
                          className="button"
                          onClick={() => setResetting(partner.host)}
                        >
                          Close circuit …
                        </button>
                      )}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      {resetting !== undefined && <ResetDialog host={resetting} onClose={() => setResetting(undefined)} />}
    </section>
  )
}
