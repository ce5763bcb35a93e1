/** One issue: what went wrong, for how many runs, the newest of them, and what can be done about all of them at once. */
import { useQuery } from "@tanstack/react-query"
import { getRouteApi, Link } from "@tanstack/react-router"
import { api } from "../../api/Api.ts"
import { type Issue, outcomes } from "../../api/Documents.ts"
import { routes } from "../../api/Routes.ts"
import { Loaded } from "../../components/feedback/Loaded.tsx"
import { Facts, RecordPage, Section } from "../../components/page/RecordPage.tsx"
import { RunTable } from "../../components/table/RunTable.tsx"
import { StateBadge } from "../../components/values/StateBadge.tsx"
import { Age, Time } from "../../components/values/Time.tsx"
import { defined } from "../../url/Defined.ts"
import { IssueActions } from "./IssueActions.tsx"
import { issueTitle } from "./IssueTitle.ts"

const route = getRouteApi("/issues/$id")

/** The interval at which the page is brought up to date. */
const liveEveryMs = 3000

export const IssuePage = () => {
  const { id } = route.useParams()
  const query = useQuery({
    queryKey: ["issue", id],
    queryFn: ({ signal }) => api.issues.get({ params: { id } }, signal),
    refetchInterval: liveEveryMs
  })
  return <Loaded isPage query={query} what="the issue">{(issue) => <IssueRecord issue={issue} />}</Loaded>
}

/** The list of runs that failed at this step of this pipeline, in this way. */
const searchOf = ({ outcome, pipeline, stepId }: Issue) =>
  defined({
    pipeline,
    step: stepId === "" ? undefined : stepId,
    outcome: outcomes.find((one) => one === outcome)
  })

const IssueRecord = ({ issue }: { readonly issue: Issue }) => {
  const { id, count, unsettled, state, message, pipeline, stepId, outcome, firstSeen, lastSeen } = issue
  return (
    <RecordPage
      title={issueTitle(issue)}
      tab={`${issueTitle(issue).slice(0, 60)} · issue`}
      id={id}
      badge={<StateBadge state={state} />}
      request={{ route: routes.issues.get, parts: { params: { id } } }}
      actions={<IssueActions issue={issue} />}
      facts={
        <>
          <span>
            <strong className="num">{unsettled.toLocaleString("en")}</strong> of {count.toLocaleString("en")}{" "}
            runs remain to be put right
          </span>
          <span>
            last <Age since={lastSeen} /> ago
          </span>
        </>
      }
    >
      <section className="card" aria-label="What went wrong">
        <Facts
          facts={[
            ["Message", <span key="message" className="break">{message}</span>],
            ["Pipeline", <Link key="pipeline" to="/pipelines/$id" params={{ id: pipeline }}>{pipeline}</Link>],
            ["Step", stepId === "" ? "between two steps" : <code key="step">{stepId}</code>],
            ["Outcome", outcome],
            ["First seen", <Time key="first" at={firstSeen} />],
            ["Last seen", <Time key="last" at={lastSeen} />]
          ]}
        />
      </section>
      <NewestRuns issue={issue} />
    </RecordPage>
  )
}

/** The runs shown without the whole list. */
const shown = 20

const NewestRuns = ({ issue }: { readonly issue: Issue }) => {
  const search = searchOf(issue)
  const query = useQuery({
    queryKey: ["process-events", { ...search, limit: shown, seen: issue.lastSeen, unsettled: issue.unsettled }],
    queryFn: ({ signal }) => api.processEvents.list({ query: { ...search, errorsOnly: "true", limit: shown } }, signal)
  })
  return (
    <Section
      title="Newest runs"
      note="of this pipeline that failed at this step in this way"
      actions={<Link to="/process-events" search={{ ...search, errors: "unsettled" }}>All that remain</Link>}
    >
      <Loaded query={query} what="the runs">
        {({ items }) => <RunTable label="Newest runs" runs={items} of="orders" />}
      </Loaded>
    </Section>
  )
}
