/** A page about one resource: its head with its id and facts, and its data below. */
import { Fragment, type ReactNode } from "react"
import type { Request } from "../../api/Curl.ts"
import { CopyButton } from "../feedback/CopyButton.tsx"
import { CopyCurl } from "../feedback/CopyCurl.tsx"
import { usePageTitle } from "./PageTitle.ts"

export interface RecordPageProps {
  readonly title: string
  /** The title of the browser's tab, if it differs from the heading. */
  readonly tab?: string | undefined
  readonly id: string
  readonly badge?: ReactNode
  /** The request behind the page, for `curl`. */
  readonly request: Request
  readonly actions?: ReactNode
  /** The facts in the line below the heading. */
  readonly facts?: ReactNode
  readonly children?: ReactNode
}

export const RecordPage = ({ title, tab, id, badge, request, actions, facts, children }: RecordPageProps) => {
  usePageTitle(tab ?? title)
  return (
    <>
      <div className="page-head">
        <h1 className="break">{title}</h1>
        {badge}
        <div className="actions">
          <CopyCurl request={request} />
          {actions}
        </div>
        <div className="sub">
          <span className="row">
            <code className="break">{id}</code>
            <CopyButton what="the id" text={() => id} />
          </span>
          {facts}
        </div>
      </div>
      {children}
    </>
  )
}

export interface SectionProps {
  readonly title: string
  readonly note?: ReactNode
  readonly actions?: ReactNode
  readonly children: ReactNode
}

/** A titled part of a record's page. */
export const Section = ({ title, note, actions, children }: SectionProps) => (
  <section className="card" aria-label={title}>
    <header>
      <h2>{title}</h2>
      {note !== undefined && <span className="muted">{note}</span>}
      {actions !== undefined && <span className="grow" />}
      {actions}
    </header>
    {children}
  </section>
)

/** Facts by name; those without a value are left out. */
export const Facts = ({ facts }: { readonly facts: ReadonlyArray<readonly [name: string, value: ReactNode]> }) => (
  <dl className="facts body">
    {facts.filter(([, value]) => value !== undefined && value !== false && value !== "").map(([name, value]) => (
      <Fragment key={name}>
        <dt>{name}</dt>
        <dd>{value}</dd>
      </Fragment>
    ))}
  </dl>
)
