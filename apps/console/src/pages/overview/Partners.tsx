/** The partners: how fast they answer, how often they fail, and whether runs are held for them. */
import { Link } from "@tanstack/react-router"
import type { Overview, OverviewPartner } from "../../api/Documents.ts"
import { Duration } from "../../components/values/Duration.tsx"
import { StateBadge } from "../../components/values/StateBadge.tsx"
import { Age } from "../../components/values/Time.tsx"

const failedShare = ({ callouts, failures }: OverviewPartner): string =>
  callouts === 0 ? "–" : `${failures.toLocaleString("en")} of ${callouts.toLocaleString("en")}`

/** True if most of its calls failed, also with a closed circuit. */
const isFailing = ({ callouts, failures }: OverviewPartner): boolean => callouts > 0 && failures / callouts >= 0.5

export const Partners = ({ overview }: { readonly overview: Overview }) => (
  <section className="card" aria-label="Partners">
    <header>
      <h2>Partners</h2>
      <span className="muted">the newest {overview.calloutsSeen.toLocaleString("en")} callouts</span>
    </header>
    {overview.partners.length === 0
      ? <p className="body muted">No partner was called lately.</p>
      : (
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard
        <div className="scroll-x" tabIndex={0} role="group" aria-label="Partners, a table">
          <table className="grid-table">
            <thead>
              <tr>
                <th>Partner</th>
                <th>Circuit</th>
                <th className="end">Failed</th>
                <th className="end">Held</th>
                <th className="end">p50</th>
                <th className="end">p95</th>
                <th className="end">p99</th>
              </tr>
            </thead>
            <tbody>
              {overview.partners.map((partner) => (
                <tr key={partner.host}>
                  <td>
                    <Link className="mono" to="/partners/$host" params={{ host: partner.host }}>
                      {partner.host}
                    </Link>
                  </td>
                  <td className="nowrap">
                    <StateBadge state={partner.paused ? "paused" : partner.breaker} />{" "}
                    {!partner.paused && partner.breaker !== "closed" && partner.since !== undefined && (
                      <span className="muted">
                        <Age since={partner.since} />
                      </span>
                    )}
                  </td>
                  <td className={`end nowrap ${isFailing(partner) ? "toned tone-bad" : ""}`}>{failedShare(partner)}</td>
                  <td className="end">{partner.waiting === 0 ? "" : partner.waiting.toLocaleString("en")}</td>
                  <td className="end">
                    <Duration ms={partner.p50Ms} />
                  </td>
                  <td className="end">
                    <Duration ms={partner.p95Ms} />
                  </td>
                  <td className="end">
                    <Duration ms={partner.p99Ms} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
  </section>
)
