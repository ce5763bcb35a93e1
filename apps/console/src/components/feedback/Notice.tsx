/** The states of a page without data: loading, empty, or failed, with what to do next. */
import { CircleAlert, Inbox } from "lucide-react"
import type { ReactNode } from "react"
import { isProblem } from "../../api/ApiProblem.ts"

export const Loading = ({ what }: { readonly what: string }) => (
  <p className="loading" role="status">
    <span className="spinner" aria-hidden="true" />
    Loading {what} …
  </p>
)

export const Empty = ({ title, children }: { readonly title: string; readonly children?: ReactNode }) => (
  <div className="notice">
    <h2 className="row">
      <Inbox className="icon" aria-hidden="true" />
      {title}
    </h2>
    {children}
  </div>
)

const advice = (error: unknown): string => {
  if (!isProblem(error)) {
    return "This is a bug of the console. Reload the page; if it happens again, report the message."
  }
  switch (error.slug) {
    case "offline":
      return "Check that the server runs and that this machine reaches it. The page continues by itself when the server answers."
    case "unavailable":
      return "The database is away. Stored data is safe; the page continues by itself when the database is back."
    case "not-found":
      return "Check the id. Records are removed when SLUICE_RETENTION has passed."
    case "forbidden":
      return "Sign in with a key that has the role, or ask an administrator for one."
    case "unauthorized":
      return "Sign in with one of the server's API keys."
    case "invalid-request":
      return "Change what is named above, and try again."
    case "internal":
      return "The server's log has the reason. Try again."
    default:
      return error.status >= 500 ? "Try again in a moment." : "Change what is named above, and try again."
  }
}

/** True of a failure that passes by itself: the banner tells of it, and the page asks again. */
const isOutage = (error: unknown): boolean =>
  (isProblem(error) && (error.slug === "offline" || error.slug === "unavailable")) || isMissingPart(error)

/** True if a part of the console's own code could not be loaded. */
export const isMissingPart = (error: unknown): boolean =>
  error instanceof TypeError && /dynamically imported module|importing a module/i.test(error.message)

export interface FailureProps {
  readonly error: unknown
  /** Repeats the request. A page that has it waits through an outage; a dialog without it shows the failure. */
  readonly retry?: (() => void) | undefined
  /** The page has nothing else, and no heading. */
  readonly isPage?: boolean | undefined
}

/** An error in the server's own words, and what to do about it. */
export const Failure = ({ error, retry, isPage }: FailureProps) =>
  retry !== undefined && isOutage(error) ? <Waiting /> : <Refusal error={error} retry={retry} isPage={isPage} />

const Waiting = () => (
  <p className="loading" role="status">
    <span className="spinner" aria-hidden="true" />
    Waiting for the server …
  </p>
)

const Title = ({ isPage, children }: { readonly isPage: boolean; readonly children: ReactNode }) =>
  isPage ? <h1 className="row">{children}</h1> : <h2 className="row">{children}</h2>

const Refusal = ({ error, retry, isPage }: FailureProps) => (
  <div className="notice bad" role="alert">
    <Title isPage={isPage === true}>
      <CircleAlert className="icon" aria-hidden="true" />
      {isProblem(error) ? error.title : "The console has failed"}
    </Title>
    <p className="break">{error instanceof Error ? error.message : String(error)}</p>
    {isProblem(error) && error.faults.length > 0 && (
      <ul>
        {error.faults.map(({ path, message }) => (
          <li key={`${path} ${message}`} className="break">
            {path !== "" && <code>{path}</code>} {message}
          </li>
        ))}
      </ul>
    )}
    <p className="muted">{advice(error)}</p>
    {retry !== undefined && <button type="button" className="button" onClick={retry}>Try again</button>}
  </div>
)
