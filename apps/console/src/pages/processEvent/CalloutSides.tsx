/** One attempt: its request and its answer, side by side. Large bodies are loaded on demand. */
import { useQuery } from "@tanstack/react-query"
import { useState } from "react"
import { api } from "../../api/Api.ts"
import type { Callout } from "../../api/Documents.ts"
import { routes } from "../../api/Routes.ts"
import { CopyButton } from "../../components/feedback/CopyButton.tsx"
import { CopyCurl } from "../../components/feedback/CopyCurl.tsx"
import { Failure, Loading } from "../../components/feedback/Notice.tsx"
import { JsonViewer } from "../../components/json/JsonViewer.tsx"
import { Duration } from "../../components/values/Duration.tsx"
import { HeaderList } from "../../components/values/HeaderList.tsx"
import { StateBadge } from "../../components/values/StateBadge.tsx"
import { Time } from "../../components/values/Time.tsx"

interface Reference {
  readonly size: number
  readonly href: string
}

const isReference = (body: unknown): body is Reference =>
  typeof body === "object" && body !== null && "href" in body && "size" in body && Object.keys(body).length === 2
  && typeof body.href === "string" && body.href.startsWith("/v1/process-events/")

const kilobytes = (size: number): string => `${Math.round(size / 1024).toLocaleString("en")} KiB`

/** Bodies up to this many bytes are fetched without being asked for. */
const fetchedByItself = 512 * 1024

interface BodyProps {
  readonly body: unknown
  readonly label: string
  readonly side: "request" | "response"
}

const Body = ({ body, label, side }: BodyProps) =>
  isReference(body)
    ? <LargeBody reference={body} label={label} side={side} />
    : body === null || body === ""
    ? <p className="loading">No body.</p>
    : <JsonViewer key={label} value={body} label={label} />

const LargeBody = ({ reference, label, side }: Omit<BodyProps, "body"> & { readonly reference: Reference }) => {
  const [wanted, setWanted] = useState(reference.size <= fetchedByItself)
  const [, , , id = "", , calloutId = ""] = reference.href.split("/")
  const whole = useQuery({
    queryKey: ["callout", calloutId],
    queryFn: ({ signal }) => api.processEvents.callout({ params: { id, calloutId } }, signal),
    enabled: wanted,
    staleTime: Infinity,
    gcTime: 60_000
  })
  if (!wanted) {
    return (
      <div className="loading">
        <button type="button" className="button" onClick={() => setWanted(true)}>
          Show {kilobytes(reference.size)}
        </button>
      </div>
    )
  }
  if (whole.data === undefined) {
    return whole.error === null
      ? <Loading what={kilobytes(reference.size)} />
      : <Failure error={whole.error} retry={() => void whole.refetch()} />
  }
  return <JsonViewer value={whole.data[side]?.body} label={label} />
}

const titleOf = ({ callback, probe }: Callout): string =>
  callback === true ? "Callback of attempt" : probe === true ? "Probe of attempt" : "Attempt"

interface CalloutProps {
  readonly eventId: string
  readonly callout: Callout
}

export const CalloutSides = ({ eventId, callout }: CalloutProps) => {
  const { request, error } = callout
  return (
    <section className="card" aria-label={`Attempt ${callout.attempt}`}>
      <Head eventId={eventId} callout={callout} />
      <div className="body stack">
        <p className="break">
          {request !== undefined && <code>{request.method}</code>} <code>{callout.endpoint}</code>
        </p>
        {error !== undefined && (
          <p className="why tone-bad">
            <span>
              <strong>{error.name}{error.code === undefined ? "" : ` (${error.code})`}</strong> {error.message}
            </span>
          </p>
        )}
        <dl className="facts">
          <dt>Idempotency-Key</dt>
          <dd className="row">
            <code className="break">{callout.idempotencyKey}</code>
            <CopyButton what="the key" text={() => callout.idempotencyKey} />
          </dd>
          {callout.orderVersion !== undefined && (
            <>
              <dt>Order version</dt>
              <dd className="num">{callout.orderVersion}</dd>
            </>
          )}
        </dl>
      </div>
      <div className="sides" style={{ borderTop: "1px solid var(--line)" }}>
        <RequestSide callout={callout} />
        <ResponseSide callout={callout} />
      </div>
    </section>
  )
}

const Head = ({ eventId, callout }: CalloutProps) => (
  <header>
    <h2>{titleOf(callout)} {callout.attempt}</h2>
    <StateBadge state={callout.outcome} />
    {callout.unknown === true && (
      <span className="badge tone-warn" title="It may or may not have happened at the partner">unknown</span>
    )}
    <span className="muted">
      <Time at={callout.startedAt} />, <Duration ms={callout.durationMs} />
    </span>
    <span className="grow" />
    <CopyCurl
      label="record"
      request={{ route: routes.processEvents.callout, parts: { params: { id: eventId, calloutId: callout.id } } }}
    />
  </header>
)

const RequestSide = ({ callout: { attempt, id, request } }: Pick<CalloutProps, "callout">) => (
  <section aria-label="Request">
    <h3>Request</h3>
    {request === undefined
      ? <p className="loading">None: the partner sends its answer to the callback URL of attempt {attempt}</p>
      : (
        <>
          <HeaderList headers={request.headers} />
          <Body key={`${id} request`} body={request.body} label="request body" side="request" />
        </>
      )}
  </section>
)

const ResponseSide = ({ callout: { error, id, outcome, response } }: Pick<CalloutProps, "callout">) => (
  <section aria-label="Response">
    <h3>Response {response === undefined ? "" : response.status}</h3>
    {response === undefined
      ? <p className="loading">There was none: {error?.message ?? outcome}</p>
      : (
        <>
          <HeaderList headers={response.headers} />
          {response.truncated === true && (
            <p className="why tone-warn">
              Cut: more than 1 MiB came{response.length === undefined
                ? ""
                : ` (${kilobytes(response.length)} announced)`}
            </p>
          )}
          {response.bodyBase64 !== undefined && (
            <p className="why tone-warn">
              Not text: the bytes are shown in base64
            </p>
          )}
          <Body
            key={`${id} response`}
            body={response.bodyBase64 ?? response.body}
            label="response body"
            side="response"
          />
        </>
      )}
  </section>
)
