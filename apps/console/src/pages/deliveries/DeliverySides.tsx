/** The request of a delivery beside the answer to each of its attempts, the newest first. */
import type { Delivery } from "../../api/Documents.ts"
import { JsonViewer } from "../../components/json/JsonViewer.tsx"
import { Duration } from "../../components/values/Duration.tsx"
import { HeaderList } from "../../components/values/HeaderList.tsx"
import { Time } from "../../components/values/Time.tsx"

type Attempt = Delivery["attempts"][number]

export const DeliverySides = ({ delivery }: { readonly delivery: Delivery }) => {
  const { attempts, request } = delivery
  return (
    <section className="card sides" aria-label="Request and answers">
      <section aria-label="Request">
        <h2>Request {attempts.length === 0 ? "as it will be sent" : "as the last attempt sent it"}</h2>
        {request === undefined
          ? <p className="loading">It is not known any more.</p>
          : (
            <>
              <p className="side-line break">
                POST <code>{request.url}</code>
              </p>
              <HeaderList headers={request.headers} />
              <JsonViewer value={request.body} label="body of the request" />
            </>
          )}
      </section>
      <section aria-label="Answers">
        {attempts.length === 0 && <p className="loading">It has not been attempted yet.</p>}
        {attempts.toReversed().map((attempt) => <Answer key={attempt.number} attempt={attempt} />)}
      </section>
    </section>
  )
}

/** JSON as a document, where it is that; the API gives an answer's body as text. */
const readable = (body: string): unknown => {
  try {
    return JSON.parse(body)
  } catch {
    return body
  }
}

const Answer = ({ attempt }: { readonly attempt: Attempt }) => {
  const { durationMs, error, number, response, startedAt, status } = attempt
  return (
    <section className="answer" aria-label={`Attempt ${number}`}>
      <h2 className="row wrap">
        Attempt {number}
        <span className={`badge tone-${error === undefined ? "ok" : "bad"}`}>
          {status ?? error?.code ?? "no answer"}
        </span>
        <span className="muted">
          <Time at={startedAt} />, <Duration ms={durationMs} />
        </span>
      </h2>
      {error !== undefined && <p className="side-line break">{error.message}</p>}
      {response !== undefined && <HeaderList headers={response.headers} />}
      {response?.bodyBase64 !== undefined && <p className="why tone-warn">Not text: the bytes are shown in base64</p>}
      {response?.truncated === true && <p className="why tone-warn">Cut: the first 64 KiB are kept</p>}
      {response !== undefined && (
        <JsonViewer
          value={response.bodyBase64 ?? readable(response.body ?? "")}
          label={`answer to attempt ${number}`}
        />
      )}
    </section>
  )
}
