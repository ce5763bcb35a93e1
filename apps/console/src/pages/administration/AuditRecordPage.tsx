/** One record of the audit, with what was changed. */
import { useQuery } from "@tanstack/react-query"
import { getRouteApi, Link } from "@tanstack/react-router"
import { Fragment, type ReactNode } from "react"
import { api } from "../../api/Api.ts"
import { routes } from "../../api/Routes.ts"
import { CopyButton } from "../../components/feedback/CopyButton.tsx"
import { CopyCurl } from "../../components/feedback/CopyCurl.tsx"
import { Failure, Loading } from "../../components/feedback/Notice.tsx"
import { JsonDiff } from "../../components/json/JsonDiff.tsx"
import { Time } from "../../components/values/Time.tsx"

const route = getRouteApi("/audit/$id")

const textOf = (value: unknown): string => value === undefined ? "" : JSON.stringify(value, null, 2)

const changeText = ({ after, before }: { readonly before?: unknown; readonly after?: unknown }): string =>
  before === undefined ? "was not there before" : after === undefined ? "is not there any more" : "before, and after"

export const AuditRecordPage = () => {
  const { id } = route.useParams()
  const { data, error, refetch } = useQuery({
    queryKey: ["audit-record", id],
    queryFn: ({ signal }) => api.audit.get({ params: { id } }, signal)
  })
  if (data === undefined) {
    return error === null ? <Loading what="the record" /> : <Failure error={error} retry={() => void refetch()} />
  }
  const facts: ReadonlyArray<readonly [name: string, value: ReactNode]> = [
    ["At", <Time key="at" at={data.at} />],
    ["Who", <Link key="who" to="/audit" search={{ actor: data.actor }}>{data.actor}</Link>],
    ["Roles", data.roles.join(", ") || "none"],
    ["From", data.remoteAddress ?? "this machine's settings file"],
    [
      "On",
      <Link key="on" className="mono break" to="/audit" search={{ resource: data.resource }}>{data.resource}</Link>
    ],
    ["Outcome", data.outcome === undefined ? "done" : `refused, ${data.status}`],
    ...(data.reason === undefined ? [] : [["Reason", data.reason] as const])
  ]
  return (
    <>
      <div className="page-head">
        <h1>{data.action}</h1>
        <div className="actions">
          <CopyCurl request={{ route: routes.audit.get, parts: { params: { id } } }} />
        </div>
        <div className="sub">
          <span className="row">
            <code className="break">{id}</code>
            <CopyButton what="the id" text={() => id} />
          </span>
        </div>
      </div>
      <section className="card">
        <div className="body">
          <dl className="facts">
            {facts.map(([name, value]) => (
              <Fragment key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </Fragment>
            ))}
          </dl>
        </div>
      </section>
      {(data.before !== undefined || data.after !== undefined) && (
        <section className="card">
          <header>
            <h2>What was changed</h2>
            <span className="muted">{changeText(data)}</span>
          </header>
          <JsonDiff
            before={{ label: "before", text: textOf(data.before) }}
            after={{ label: "after", text: textOf(data.after) }}
          />
        </section>
      )}
    </>
  )
}
