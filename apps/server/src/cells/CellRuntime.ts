/**
 * One cell of a process. In a cluster it has two parts: one that serves requests with few connections, for as long as the
 * process runs, and one that executes the cell's runs, for as long as the process owns the cell. Contract: section 11.
 */
import type { Member } from "@sluice/cluster/Peers"
import { JournalUnavailable } from "@sluice/engine/journal/Journal"
import { DatabaseUnavailable } from "@sluice/persistence/schema/Database"
import type { SettingsLive } from "@sluice/persistence/settings/SettingsLive"
import { Context, Effect, Exit, Layer, Scope } from "effect"
import type { SqlClient } from "effect/sql"
import type { CallerIdentity } from "../access/Caller.ts"
import type { KeysInForce } from "../access/KeysInForce.ts"
import type { CellAddress, Cells } from "../config/CellsFile.ts"
import type { Intake } from "../intake/DirectIntake.ts"
import { Readiness } from "../process/Readiness.ts"
import { CellApp, type CellHandler, inCell } from "./CellApp.ts"
import type { CellEntry } from "./CellDirectory.ts"
import * as RequestsInFlight from "./RequestsInFlight.ts"

/** The services of one cell that the process uses. */
export type CellServices = CellApp | Readiness | SettingsLive | SqlClient.SqlClient | KeysInForce

/** The parts of cell 0 that other cells need. */
export interface Home {
  readonly keys: KeysInForce["Service"]
  /** Copies the settings of cell 0, if its database is available, before anything reads them. */
  readonly prepare: Layer.Layer<never, never, SqlClient.SqlClient>
}

export interface Options<E, R> {
  readonly cells: Cells
  /** True if this process executes runs: of all cells or, in a cluster, of those that it owns. */
  readonly executes: boolean
  /** This process as a member of a cluster; absent without a cluster. */
  readonly cluster: Member | undefined
  /** The variable that names the databases. */
  readonly variable: "SLUICE_CELLS" | "DATABASE_URL"
  /** The services of a cell. `home` is absent for cell 0, which applies the settings file and reads the keys. */
  readonly layer: (
    address: CellAddress,
    home: Home | undefined,
    executes: boolean
  ) => Layer.Layer<CellServices, E, R>
}

/** The part of a cell that executes its runs, until the cell is given to another process. */
export interface Owned {
  readonly services: Context.Context<CellServices>
  readonly scope: Scope.Closeable
  readonly requests: RequestsInFlight.RequestsInFlight
}

/** A cell whose database has answered. */
export interface Present {
  readonly services: Context.Context<CellServices>
  isAway: boolean
  owned: Owned | undefined
}

/** Between two looks at a cell. */
const lookEvery = "500 millis"

interface Said {
  readonly message: string
}

/** The message of a failure of a cell's database, with the variable that names the database. */
export const faultText = (
  cell: number,
  { variable }: Pick<Options<never, never>, "variable">,
  { message }: Said
): string =>
  variable === "DATABASE_URL" ?
    message :
    `SLUICE_CELLS: cell ${cell}: ${
      message.replace(/^(?:DATABASE_URL|SLUICE_CELLS)[: ]*/, "").replace(
        /,? or unset it to use the embedded (?:PostgreSQL|one)/,
        ""
      )
    }`

/** True if nothing answered, so that another try may succeed. */
export const isAwayFault = (error: unknown): boolean =>
  (error instanceof DatabaseUnavailable && error.isAway) || error instanceof JournalUnavailable

/** One cell of this process. */
export class CellRuntime<E extends { readonly message: string }, R> {
  present: Present | undefined
  /** Serves a request at the cell's owner, if that is another process; only set in a cluster. */
  toOwner: ((here: CellHandler) => CellHandler) | undefined
  /** Accepts an order at the cell's owner, if that is another process; only set in a cluster. */
  takeAtOwner: ((here: Intake, caller: CallerIdentity | undefined) => Intake) | undefined
  readonly address: CellAddress
  readonly options: Options<E, R>
  /** Closed with the process; the cells end side by side. */
  readonly parent: Scope.Scope

  constructor(address: CellAddress, options: Options<E, R>, parent: Scope.Scope) {
    this.address = address
    this.options = options
    this.parent = parent
  }

  /** Builds the services of the cell, apart from those of other cells. */
  build(home: Home | undefined, executes: boolean): Effect.Effect<Owned, E, R> {
    return Effect.uninterruptibleMask((restore) =>
      Effect.gen({ self: this }, function*() {
        const scope = yield* Scope.fork(this.parent)
        const services = yield* restore(
          Layer.buildWithMemoMap(this.options.layer(this.address, home, executes), Layer.makeMemoMapUnsafe(), scope)
        ).pipe(Effect.onError((cause) => Scope.close(scope, Exit.failCause(cause))))
        return { services, scope, requests: RequestsInFlight.counted(Context.get(services, CellApp)) }
      })
    ).pipe(inCell(this.address.id))
  }

  /** Starts the cell; in a cluster as one that another process owns. */
  start(home: Home | undefined): Effect.Effect<Context.Context<CellServices>, E, R> {
    const { cluster, executes } = this.options
    return Effect.map(this.build(home, executes && cluster === undefined), ({ services }) => {
      this.present = { services, isAway: false, owned: undefined }
      return services
    })
  }

  /** Begins to execute the cell's runs; false if that is not possible now. */
  take(home: Home): Effect.Effect<boolean, never, R> {
    return Effect.suspend(() => {
      const { present } = this
      if (present === undefined || present.isAway) return Effect.succeed(false)
      // Cell 0 is where settings are written.
      const own = this.address.id === 0 ? { ...home, prepare: Layer.empty } : home
      return Effect.matchEffect(this.build(own, true), {
        onSuccess: (owned) => {
          present.owned = owned
          return Effect.succeed(true)
        },
        onFailure: (error) => Effect.as(Effect.logWarning(faultText(this.address.id, this.options, error)), false)
      })
    })
  }

  /**
   * Ends the execution of the cell's runs in the background, once open requests are answered; further requests are
   * served by the part for cells of other owners.
   */
  readonly give = Effect.suspend(() => {
    const owned = this.present?.owned
    if (this.present === undefined || owned === undefined) return Effect.void
    this.present.owned = undefined
    // The process waits for its end: half of the finalizers would leave runs and connections behind.
    const ending = Effect.andThen(owned.requests.answered, Scope.close(owned.scope, Exit.void))
    return Effect.asVoid(Effect.forkIn(ending, this.parent, { uninterruptible: true }))
  })

  /** Polls the database for as long as the process runs. */
  readonly watch = Effect.suspend(() => {
    const { present } = this
    if (present === undefined) return Effect.sleep(lookEvery)
    const { reachable } = Context.get(present.services, Readiness)
    return Effect.match(Effect.timeout(reachable, "2 seconds"), {
      onSuccess: () => void (present.isAway = false),
      onFailure: () => void (present.isAway = true)
    }).pipe(Effect.andThen(Effect.sleep(lookEvery)))
  })

  /** Serves a request here, or at the cell's owner. */
  get handle(): CellHandler | undefined {
    const { present, toOwner } = this
    if (present === undefined) return undefined
    if (present.owned !== undefined) return present.owned.requests.handle
    const { handle } = Context.get(present.services, CellApp)
    return toOwner === undefined ? handle : toOwner(handle)
  }

  /** Accepts ordinary orders and events, here or at the owner; `undefined` while the database is away. */
  intake(caller: CallerIdentity | undefined): Intake | undefined {
    const { present, takeAtOwner } = this
    if (present === undefined || present.isAway) return undefined
    if (present.owned !== undefined) return present.owned.requests.intake
    const { intake } = Context.get(present.services, CellApp)
    return takeAtOwner === undefined ? intake : takeAtOwner(intake, caller)
  }

  get entry(): CellEntry {
    return {
      id: this.address.id,
      handle: () => this.handle,
      isAway: () => this.present === undefined || this.present.isAway,
      isOwned: () =>
        this.options.executes && this.present !== undefined && !this.present.isAway
        && (this.options.cluster === undefined || this.present.owned !== undefined)
    }
  }
}
