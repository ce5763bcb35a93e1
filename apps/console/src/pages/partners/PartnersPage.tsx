/** The partners, unhealthy ones first, with their limits and the number of runs that wait for each. */
import { Link } from "@tanstack/react-router"
import { useMemo } from "react"
import { api } from "../../api/Api.ts"
import type { Partner } from "../../api/Documents.ts"
import { usePages } from "../../api/Pages.ts"
import { routes } from "../../api/Routes.ts"
import { ListPage } from "../../components/page/ListPage.tsx"
import type { Column } from "../../components/table/DataTable.tsx"
import { Duration } from "../../components/values/Duration.tsx"
import { FailedShare, HealthBadge, limitsText } from "../../components/values/PartnerValues.tsx"
import { Time } from "../../components/values/Time.tsx"
import { worstFirst } from "../../partners/PartnerHealth.ts"
import { usePartnerNames } from "./PartnerNames.ts"

const columnsOf = (names: ReadonlyMap<string, ReadonlyArray<string>>): ReadonlyArray<Column<Partner>> => [
  { name: "Health", width: "120px", narrow: "first", cell: (partner) => <HealthBadge partner={partner} /> },
  {
    name: "Partner",
    width: "minmax(160px, 1.4fr)",
    narrow: "first",
    cell: ({ host }) => <Link className="main-link" to="/partners/$host" params={{ host }} title={host}>{host}</Link>
  },
  {
    name: "Connectors",
    width: "minmax(100px, 1fr)",
    narrow: "second",
    cell: ({ host }) => names.get(host)?.join(", ")
  },
  {
    name: "Failed, last 10 min",
    width: "150px",
    end: true,
    narrow: "second",
    cell: (partner) => <FailedShare partner={partner} />
  },
  { name: "p50", width: "80px", end: true, cell: ({ last10m }) => <Duration ms={last10m.p50 ?? undefined} /> },
  { name: "p95", width: "80px", end: true, cell: ({ last10m }) => <Duration ms={last10m.p95 ?? undefined} /> },
  {
    name: "Held runs",
    width: "90px",
    end: true,
    narrow: "second",
    cell: ({ waiting }) => waiting > 0 && <strong className="num">{waiting.toLocaleString("en")} held</strong>
  },
  {
    name: "Next try",
    width: "130px",
    cell: ({ nextTryAt, paused }) => nextTryAt !== undefined && !paused && <Time at={nextTryAt} />
  },
  {
    name: "Limits",
    width: "minmax(120px, 1fr)",
    narrow: "second",
    cell: (partner) => limitsText(partner)
  }
]

export const PartnersPage = () => {
  const list = usePages(["partners"], (query, signal) => api.partners.list({ query }, signal))
  const names = usePartnerNames()
  const items = useMemo(() => worstFirst(list.items), [list.items])
  return (
    <ListPage
      title="Partners"
      what="partners"
      about="Every host that was called, the worst first. A partner can be limited, paused, and its circuit closed."
      list={{ ...list, items }}
      columns={columnsOf(names)}
      rowKey={({ host }) => host}
      request={{ route: routes.partners.list }}
      none={{ title: "No partner was called yet", advice: <p>The first callout of a step or a webhook makes one.</p> }}
    />
  )
}
