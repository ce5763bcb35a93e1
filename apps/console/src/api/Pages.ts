/** A list of the API, page by page, as one list. */
import { useInfiniteQuery } from "@tanstack/react-query"
import { useCallback, useMemo } from "react"

export interface Page<Item> {
  readonly items: ReadonlyArray<Item>
  readonly nextCursor: string | null
  /** The databases that did not answer, and whose rows are left out. */
  readonly missingCells?: ReadonlyArray<number>
}

export interface PageQuery {
  readonly limit: number
  readonly cursor?: string
}

export interface Pages<Item> {
  readonly items: ReadonlyArray<Item>
  readonly isPending: boolean
  readonly error: unknown
  readonly hasMore: boolean
  readonly loadingMore: boolean
  readonly loadMore: () => void
  readonly refresh: () => void
  readonly refreshing: boolean
  /** The databases whose rows are left out, because they are away. */
  readonly missingCells: ReadonlyArray<number>
  /** The number of pages searched, where pages may be empty and more may follow. */
  readonly pages: number
}

/** Rows of a page: the most that the API gives. */
const limit = 200
/** While only the first page is there, it is kept up to date by itself; later ones would shift under the reader. */
const liveEveryMs = 5000

/** Loads the pages of a list. `key` identifies the list with its filters. */
export function usePages<Item>(
  key: ReadonlyArray<unknown>,
  fetchPage: (query: PageQuery, signal: AbortSignal) => Promise<Page<Item>>
): Pages<Item> {
  const query = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam, signal }) =>
      fetchPage({ limit, ...(pageParam === undefined ? {} : { cursor: pageParam }) }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    refetchInterval: ({ state }) => (state.data?.pages.length ?? 0) <= 1 ? liveEveryMs : false
  })
  const { data, fetchNextPage, refetch } = query
  return {
    items: useMemo(() => data?.pages.flatMap(({ items }) => items) ?? [], [data]),
    isPending: query.isPending,
    error: data === undefined ? query.error : null,
    hasMore: query.hasNextPage,
    loadingMore: query.isFetchingNextPage,
    loadMore: useCallback(() => void fetchNextPage(), [fetchNextPage]),
    refresh: useCallback(() => void refetch(), [refetch]),
    refreshing: query.isRefetching,
    missingCells: useMemo(() => [...new Set(data?.pages.flatMap(({ missingCells }) => missingCells ?? []))], [data]),
    pages: data?.pages.length ?? 0
  }
}
