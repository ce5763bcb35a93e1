/** One record of the audit, with what was changed. */
import { useQuery } from "@tanstack/react-query"
import { getRouteApi, Link } from "@tanstack/react-router"
import { type Answer, api } from "../../api/Api.ts"
import { routes } from "../../api/Routes.ts"
import { Loaded } from "../../components/feedback/Loaded.tsx"
import { JsonDiff } from "../../components/json/JsonDiff.tsx"
import { Facts, RecordPage, Section } from "../../components/page/RecordPage.tsx"
import { Time } from "../../components/values/Time.tsx"

const route = getRouteApi("/audit/$id")

const textOf = (value: unknown): string => value === undefined ? "" : JSON.stringify(value, null, 2)

const changeText = ({ after, before }: { readonly before?: unknown; readonly after?: unknown }): string =>
  before === undefined ? "was not there before" : after === undefined ? "is not there any more" : "before, and after"

export const AuditRecordPage = () => {
  const { id } = route.useParams()
  const query = useQuery({
    queryKey: ["audit-record", id],
    queryFn: ({ signal }) => api.audit.get({ params: { id } }, signal)
  })
  return <Loaded isPage query={query} what="the record">{(record) => <AuditRecord record={record} />}</Loaded>
}

const AuditRecord = ({ record }: { readonly record: Answer<"audit", "get"> }) => {
  const { id, action, actor, at, roles, resource, outcome, status, reason, remoteAddress, before, after } = record
  return (
    <RecordPage
      title={action}
      tab={`${action} · audit`}
      id={id}
      request={{ route: routes.audit.get, parts: { params: { id } } }}
    >
      <section className="card" aria-label="The record">
        <Facts
          facts={[
            ["At", <Time key="at" at={at} />],
            ["Who", <Link key="who" to="/audit" search={{ actor }}>{actor}</Link>],
            ["Roles", roles.join(", ") || "none"],
            ["From", remoteAddress ?? "this machine's settings file"],
            ["On", <Link key="on" className="mono break" to="/audit" search={{ resource }}>{resource}</Link>],
            ["Outcome", outcome === undefined ? "done" : `refused, ${status}`],
            ["Reason", reason]
          ]}
        />
      </section>
      {(before !== undefined || after !== undefined) && (
        <Section title="What was changed" note={changeText(record)}>
          <JsonDiff
            before={{ label: "before", text: textOf(before) }}
            after={{ label: "after", text: textOf(after) }}
          />
        </Section>
      )}
    </RecordPage>
  )
}
