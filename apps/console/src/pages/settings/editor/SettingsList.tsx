/** A list of the settings of one kind, with a link that creates one. */
import { Link } from "@tanstack/react-router"
import { Plus } from "lucide-react"
import type { ReactNode } from "react"
import { useAccess } from "../../../api/Access.ts"
import { api } from "../../../api/Api.ts"
import type { StoredSettings } from "../../../api/Documents.ts"
import { usePages } from "../../../api/Pages.ts"
import { routes } from "../../../api/Routes.ts"
import { ListPage } from "../../../components/page/ListPage.tsx"
import type { Column } from "../../../components/table/DataTable.tsx"
import { Time } from "../../../components/values/Time.tsx"
import { addressOf, type Kind, kinds } from "../../../settings/Kinds.ts"

export interface SettingsListProps {
  readonly kind: Kind
  /** The columns between the name and the time of the last change. */
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
      narrow: "first",
      cell: (row) => (
        <Link className="main-link mono" to={page} params={{ id: addressOf(kind, row) }}>{addressOf(kind, row)}</Link>
      )
    },
    ...columns,
    { name: "Version", width: "64px", end: true, cell: ({ version }) => <span className="num">{version}</span> },
    { name: "Changed", width: "150px", narrow: "end", cell: ({ updatedAt }) => <Time at={updatedAt} /> }
  ]
  const { may } = useAccess()
  const create = may("admin") && (
    <Link className="button primary" to="/new/$kind" params={{ kind: list.slice(1) }}>
      <Plus className="icon" aria-hidden="true" />
      New {noun}
    </Link>
  )
  return (
    <ListPage
      title={title}
      what={title.toLowerCase()}
      about={about}
      list={rows}
      columns={all}
      rowKey={(row) => addressOf(kind, row)}
      request={{ route: routes[kind].list }}
      actions={create}
      none={{ title: `There is no ${noun} yet`, advice: <p>{advice}</p> }}
    />
  )
}

/** A member of a setting as text. */
export const memberText = (value: unknown): string =>
  Array.isArray(value) ? value.join(", ") : value === undefined || value === null ? "" : String(value)
