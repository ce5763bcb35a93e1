/** A list of settings of one kind, and the way to a new one. */
import { Link } from "@tanstack/react-router"
import { Plus } from "lucide-react"
import type { ReactNode } from "react"
import { useAccess } from "../../../api/Access.ts"
import { api } from "../../../api/Api.ts"
import type { StoredSettings } from "../../../api/Documents.ts"
import { usePages } from "../../../api/Pages.ts"
import { routes } from "../../../api/Routes.ts"
import { CopyCurl } from "../../../components/feedback/CopyCurl.tsx"
import { Empty, Failure, Loading } from "../../../components/feedback/Notice.tsx"
import { type Column, DataTable } from "../../../components/table/DataTable.tsx"
import { Time } from "../../../components/values/Time.tsx"
import { addressOf, type Kind, kinds } from "../../../settings/Kinds.ts"

export interface SettingsListProps {
  readonly kind: Kind
  /** Between the name and when it was changed. */
  readonly columns: ReadonlyArray<Column<StoredSettings>>
  /** Advice for an empty list. */
  readonly advice: ReactNode
}

export const SettingsList = ({ kind, columns, advice }: SettingsListProps) => {
  const { title, noun, about, list, page } = kinds[kind]
  const rows = usePages(["settings", kind], (query, signal) => api[kind].list({ query }, signal))
  const all: ReadonlyArray<Column<StoredSettings>> = [
    {
      name: "Name",
      width: "minmax(120px, 1fr)",
      narrow: "minmax(0, 1fr)",
      cell: (row) => (
        <Link className="main-link mono" to={page} params={{ id: addressOf(kind, row) }}>{addressOf(kind, row)}</Link>
      )
    },
    ...columns,
    { name: "Version", width: "64px", end: true, cell: ({ version }) => <span className="num">{version}</span> },
    { name: "Changed", width: "150px", cell: ({ updatedAt }) => <Time at={updatedAt} /> }
  ]
  const { may } = useAccess()
  const create = may("admin") && (
    <Link className="button primary" to="/new/$kind" params={{ kind: list.slice(1) }}>
      <Plus className="icon" aria-hidden="true" />
      New {noun}
    </Link>
  )
  return (
    <>
      <div className="page-head">
        <h1>{title}</h1>
        <div className="actions">
          <CopyCurl request={{ route: routes[kind].list }} />
          {create}
        </div>
        <p className="sub">{about}</p>
      </div>
      {rows.isPending
        ? <Loading what={title.toLowerCase()} />
        : rows.error !== null
        ? <Failure error={rows.error} retry={rows.refresh} />
        : rows.items.length === 0
        ? (
          <Empty title={`There is no ${noun} yet`}>
            <p>{advice}</p>
            {create}
          </Empty>
        )
        : (
          <DataTable
            label={title}
            columns={all}
            rows={rows.items}
            rowKey={(row) => addressOf(kind, row)}
            hasMore={rows.hasMore}
            loadingMore={rows.loadingMore}
            loadMore={rows.loadMore}
          />
        )}
    </>
  )
}

/** A member of a setting as text. */
export const memberText = (value: unknown): string =>
  Array.isArray(value) ? value.join(", ") : value === undefined || value === null ? "" : String(value)
