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

/** Everything of one cell that the process asks for. */
export type CellServices = CellApp | Readiness | SettingsLive | SqlClient.SqlClient | KeysInForce

/** The parts of a cell before the first. */
export interface Home {
  readonly keys: KeysInForce["Service"]
  /** Copies the settings, where cell 0 is there, before anything reads them. */
  readonly prepare: Layer.Layer<never, never, SqlClient.SqlClient>
}

export interface Options<E, R> {
  readonly cells: Cells
  /** This process executes runs: of all cells, or, in a cluster, of those that it owns. */
  readonly executes: boolean
  /** This process in a cluster; absent where there is none. */
  readonly cluster: Member | undefined
  /** The variable that names the databases. */
  readonly variable: "SLUICE_CELLS" | "DATABASE_URL"
  /** Everything of a cell; `home` is absent where the settings file is to be applied, and keys are to be read. */
  readonly layer: (
    address: CellAddress,
    home: Home | undefined,
    executes: boolean
  ) => Layer.Layer<CellServices, E, R>
}

/** Everything of a cell that executes its runs, until it is given to another process. */
export interface Owned {
  readonly services: Context.Context<CellServices>
  readonly scope: Scope.Closeable
  readonly requests: RequestsInFlight.RequestsInFlight
}

/** A cell that has come. */
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

/** The message of a cell's database, under the variable that names it. */
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

/** Nothing has answered: the same may succeed later. */
export const isAwayFault = (error: unknown): boolean =>
  (error instanceof DatabaseUnavailable && error.isAway) || error instanceof JournalUnavailable

/** One cell of this process. */
export class CellRuntime<E extends { readonly message: string }, R> {
  present: Present | undefined
  /** Serves a request at the cell's owner, if that is another process; set in a cluster. */
  toOwner: ((here: CellHandler) => CellHandler) | undefined
  /** Takes an order in at the cell's owner, if that is another process; set in a cluster. */
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

  /** Builds everything of the cell, apart from what other cells have built. */
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

  /** In a cluster a cell begins as one that another process owns. */
  start(home: Home | undefined): Effect.Effect<Context.Context<CellServices>, E, R> {
    const { cluster, executes } = this.options
    return Effect.map(this.build(home, executes && cluster === undefined), ({ services }) => {
      this.present = { services, isAway: false, owned: undefined }
      return services
    })
  }

  /** Begins to execute the cell's runs; false where it cannot be now. */
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

  /** Ends in the background, when what is served is answered; requests go to what the process keeps for cells of others. */
  readonly give = Effect.suspend(() => {
    const owned = this.present?.owned
    if (this.present === undefined || owned === undefined) return Effect.void
    this.present.owned = undefined
    // The process waits for its end: half of the finalizers would leave runs and connections behind.
    const ending = Effect.andThen(owned.requests.answered, Scope.close(owned.scope, Exit.void))
    return Effect.asVoid(Effect.forkIn(ending, this.parent, { uninterruptible: true }))
  })

  /** Looks at the database for as long as the process runs. */
  readonly watch = Effect.suspend(() => {
    const { present } = this
    if (present === undefined) return Effect.sleep(lookEvery)
    const { reachable } = Context.get(present.services, Readiness)
    return Effect.match(Effect.timeout(reachable, "2 seconds"), {
      onSuccess: () => void (present.isAway = false),
      onFailure: () => void (present.isAway = true)
    }).pipe(Effect.andThen(Effect.sleep(lookEvery)))
  })

  /** Serves a request here, or where the cell's runs are executed. */
  get handle(): CellHandler | undefined {
    const { present, toOwner } = this
    if (present === undefined) return undefined
    if (present.owned !== undefined) return present.owned.requests.handle
    const { handle } = Context.get(present.services, CellApp)
    return toOwner === undefined ? handle : toOwner(handle)
  }

  /** Takes ordinary orders and events in, here or at the owner; `undefined` while the database is away. */
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
