/** The cells that a caller reaches, and the order in which an id is looked for in them. Contract: section 11. Pure. */
import { cellOf } from "@sluice/domain/internal/identity/CurrentCell"
import { type Cells, everyone } from "../config/CellsFile.ts"
import type { Placed } from "./Placement.ts"

/** The cells that a request may reach with its key's tenant. */
export type Reach =
  | { readonly _tag: "All"; readonly submitsTo: number | undefined }
  | { readonly _tag: "One"; readonly cell: number }
  /** The tenant of the key has no cell. */
  | { readonly _tag: "Nothing"; readonly tenant: string }

export const reachOf = ({ tenants }: Cells, tenant: string | undefined): Reach => {
  if (tenant === undefined) return { _tag: "All", submitsTo: tenants.get(everyone) }
  const cell = tenants.get(tenant)
  return cell === undefined ? { _tag: "Nothing", tenant } : { _tag: "One", cell }
}

/** The cell that takes a caller's orders; `undefined` where none does. */
export const submissionCell = (reach: Reach): number | undefined => {
  switch (reach._tag) {
    case "All":
      return reach.submitsTo
    case "One":
      return reach.cell
    case "Nothing":
      return undefined
  }
}

/** The reason why a request that changes all cells is refused to a tenant; `undefined` if it may be made. */
export const forbiddenToTenant = ({ method, placement }: Placed): string | undefined => {
  if (placement === "keys") return "manages keys"
  if (method !== "GET" && (placement === "settings" || placement === "pipelineDeletion")) {
    return "changes what holds in all cells"
  }
  return undefined
}

const generated = /^[a-z_]+-[0-9a-f]{32}$/

/** The cells in which an id is looked for: the one that it names, then the others, lowest first. */
export const searchOrder = (id: string, cells: ReadonlyArray<number>): ReadonlyArray<number> => {
  const named = generated.test(id) ? cellOf(id) : undefined
  return named !== undefined && cells.includes(named) ? [named, ...cells.filter((cell) => cell !== named)] : cells
}

/** The only cell in which a callback's token is looked for; `undefined` if there is no such cell. */
export const cellOfToken = (token: string, cells: ReadonlyArray<number>): number | undefined => {
  const named = /^[0-9a-f]{67}$/.test(token) ? cellOf(token) : undefined
  return named !== undefined && cells.includes(named) ? named : undefined
}
