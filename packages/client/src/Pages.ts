/** Lists, item by item: `nextCursor` is followed until it is null. */
import type { PathsWithMethod, ResponseObjectMap, SuccessResponse } from "openapi-typescript-helpers"
import type { paths } from "./OpenApi.ts"

interface Page {
  readonly items: ReadonlyArray<unknown>
  readonly nextCursor: string | null
}

type Got<Path extends PathsWithMethod<paths, "get">> = SuccessResponse<ResponseObjectMap<paths[Path]["get"]>>

/** The paths that answer `{ items, nextCursor }` and have no other parameter in them. */
export type ListPath = {
  [Path in PathsWithMethod<paths, "get">]: Path extends `${string}{${string}` ? never
    : Got<Path> extends Page ? Path
    : never
}[PathsWithMethod<paths, "get">]

/** The item type of a list. */
export type Listed<Path extends ListPath> = Got<Path> extends { readonly items: ReadonlyArray<infer Item> } ? Item
  : never

/** The list's filters, and `limit`: how many items a page has, 1 to 200. */
export type ListQuery<Path extends ListPath> =
  & Omit<NonNullable<paths[Path]["get"]["parameters"]["query"]>, "cursor" | "limit">
  & { readonly limit?: number }

export async function* items<Path extends ListPath>(
  get: (path: Path, init: never) => Promise<unknown>,
  path: Path,
  query?: ListQuery<Path>
): AsyncGenerator<Listed<Path>, void> {
  let cursor: string | null | undefined
  do {
    const init = { params: { query: { ...query, ...(cursor !== undefined && { cursor }) } } }
    // Each list has a query type of its own; all of them are `ListQuery` and a cursor.
    const page = await get(path, init as never) as Page
    yield* page.items as ReadonlyArray<Listed<Path>>
    cursor = page.nextCursor
  } while (cursor !== null)
}
