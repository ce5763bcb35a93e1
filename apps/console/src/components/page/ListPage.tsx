/**
 * A page with a list: its head, its filters, and the rows, loaded page by page and kept up to date. Every list of the
 * console uses it.
 */
import { RefreshCw } from "lucide-react"
import type { ReactNode } from "react"
import type { Request } from "../../api/Curl.ts"
import type { Pages } from "../../api/Pages.ts"
import { CopyCurl } from "../feedback/CopyCurl.tsx"
import { Empty, Failure, Loading } from "../feedback/Notice.tsx"
import { type Column, DataTable } from "../table/DataTable.tsx"
import { Filters } from "../table/Filters.tsx"
import { usePageTitle } from "./PageTitle.ts"

export interface ListPageProps<Row> {
  readonly title: string
  /** The name of the rows in a sentence, in lower case: `orders`. */
  readonly what: string
  readonly about?: ReactNode
  readonly list: Pages<Row>
  readonly columns: ReadonlyArray<Column<Row>>
  readonly rowKey: (row: Row) => string
  /** The request behind the list, for `curl`. */
  readonly request: Request
  /** Further buttons in the head. */
  readonly actions?: ReactNode
  /** The fields that narrow the list, and whether any is set. */
  readonly filters?: { readonly fields: ReactNode; readonly active: boolean; readonly clear: () => void }
  /** Content between the filters and the rows. */
  readonly above?: ReactNode
  /** The text of an empty list: `none` where there is nothing at all, `unmatched` where the filters find nothing. */
  readonly none: { readonly title: string; readonly advice: ReactNode }
  readonly unmatched?: { readonly title: string; readonly advice?: ReactNode }
  /** Dialogs of the page. */
  readonly children?: ReactNode
}

export function ListPage<Row>(props: ListPageProps<Row>) {
  const { title, what, about, list, request, actions, filters, above, children } = props
  usePageTitle(title)
  return (
    <>
      <div className="page-head">
        <h1>{title}</h1>
        <div className="actions">
          <CopyCurl request={request} />
          {actions}
          <button type="button" className="button" onClick={list.refresh} disabled={list.refreshing}>
            <RefreshCw className="icon" aria-hidden="true" />
            Refresh
          </button>
        </div>
        {about !== undefined && <p className="sub">{about}</p>}
      </div>
      {filters !== undefined && (
        <Filters label={`Narrow the ${what}`} active={filters.active} clear={filters.clear}>{filters.fields}</Filters>
      )}
      {above}
      {list.missingCells.length > 0 && (
        <p className="why tone-warn">
          {list.missingCells.length === 1 ? "Cell" : "Cells"} {list.missingCells.join(", ")}{" "}
          cannot be reached: what is stored there is left out.
        </p>
      )}
      <Rows {...props} />
      {children}
    </>
  )
}

function Rows<Row>({ title, what, list, columns, rowKey, filters, none, unmatched }: ListPageProps<Row>) {
  if (list.isPending) return <Loading what={what} />
  if (list.error !== null) return <Failure error={list.error} retry={list.refresh} />
  if (list.items.length === 0 && !list.hasMore) {
    return filters?.active === true
      ? (
        <Empty title={unmatched?.title ?? "Nothing fits"}>
          {unmatched?.advice}
          <button type="button" className="button" onClick={filters.clear}>Show all {what}</button>
        </Empty>
      )
      : <Empty title={none.title}>{none.advice}</Empty>
  }
  return (
    <DataTable
      label={title}
      columns={columns}
      rows={list.items}
      rowKey={rowKey}
      hasMore={list.hasMore}
      loadingMore={list.loadingMore}
      loadMore={list.loadMore}
    />
  )
}
