/**
 * Planted faults, each the loss of one rule that ARCHITECTURE.md, "Durability", names: what the exploration has to find.
 * Faults of the database are statements without one of their conditions; those of the process, a port that forgets.
 */
import { Journal } from "@sluice/engine/journal/Journal"
import { Effect, Layer, Stream } from "effect"
import { execute, statementOf, valueOf } from "./DatabaseModel.ts"
import { flush } from "./FlushModel.ts"
import { type Beyond, layer } from "./Process.ts"
import { type Scenario, smallest } from "./Scenario.ts"
import { positional } from "./StatementModels.ts"

export interface Fault {
  readonly name: string
  /** The scenario in which it is found. */
  readonly scenario: Scenario
  /** The database's behaviour instead. */
  readonly execute?: typeof execute
  /** The process's behaviour instead. */
  readonly process?: (beyond: Beyond) => ReturnType<typeof layer>
}

const alone: Scenario = { ...smallest, crashes: 0, cancels: 0 }

const journal = (change: (journal: Journal["Service"]) => Partial<Journal["Service"]>) => (beyond: Beyond) =>
  layer(
    beyond,
    (real) =>
      Layer.effect(Journal, Effect.map(Journal, (one) => Journal.of({ ...one, ...change(one) }))).pipe(
        Layer.provideMerge(real)
      )
  )

/** The parameter of the reconciliation that gives, for each entry, the worker that released the run with it. */
const releasers = 8

export const faults: ReadonlyArray<Fault> = [
  {
    name: "a write is stored whatever became of its worker",
    scenario: { ...alone, pauses: 1 },
    execute: (tables, now, text, parameters) =>
      statementOf(text).name === "flush"
        ? positional(flush(tables, text, parameters.map(valueOf), now, false))
        : execute(tables, now, text, parameters)
  },
  {
    name: "the lease is not asked before a send",
    scenario: { ...alone, steps: 2, pauses: 1 },
    process: journal(() => ({ maySend: () => true, awaitLease: Effect.void }))
  },
  {
    name: "a taken over run has forgotten its finished steps",
    scenario: { ...alone, crashes: 1 },
    execute: (tables, now, text, parameters) =>
      statementOf(text).name === "recover steps" ? [] : execute(tables, now, text, parameters)
  },
  {
    name: "a taken over run is not known to have been in the middle of a call",
    scenario: { ...alone, crashes: 1 },
    process: journal(({ claimed }) => ({
      claimed: Stream.map(claimed, (run) => ({ ...run, takenOver: false }))
    }))
  },
  {
    name: "a second attempt is not marked before it is sent",
    scenario: { ...alone, crashes: 1, refusals: 1 },
    process: journal(({ commit }) => ({
      commit: ({ open, ...entry }) => commit(open === undefined ? entry : { ...entry, history: [] })
    }))
  },
  {
    name: "a cancel is overlooked at the run's end",
    scenario: { ...alone, cancels: 1 },
    execute: (tables, now, text, parameters) => {
      if (statementOf(text).name !== "flush") return execute(tables, now, text, parameters)
      const hidden = [...tables.runs.values()].filter((run) => run.cancel_requested)
      for (const run of hidden) tables.runs.set(run.id, { ...run, cancel_requested: false })
      const rows = execute(tables, now, text, parameters)
      for (const { id } of hidden) {
        const run = tables.runs.get(id)
        if (run !== undefined) tables.runs.set(id, { ...run, cancel_requested: true })
      }
      return rows
    }
  },
  {
    name: "a cancel is stored although the run has ended",
    scenario: { ...alone, cancels: 1 },
    execute: (tables, now, text, parameters) => {
      if (statementOf(text).name !== "cancel") return execute(tables, now, text, parameters)
      for (const run of tables.runs.values()) tables.runs.set(run.id, { ...run, cancel_requested: true })
      return [{ state: "running" }]
    }
  },
  {
    name: "a lost answer is taken for a statement that was executed",
    scenario: { ...alone, losses: 1 },
    execute: (tables, now, text, parameters) => {
      const rows = execute(tables, now, text, parameters)
      return statementOf(text).name === "reconcile" ? rows.map((row) => ({ ...row, 1: true })) : rows
    }
  },
  {
    name: "a release that never arrived is taken for stored, because its wait was stored before it",
    scenario: { ...alone, steps: 1, refusals: 1, putsOff: true, losses: 1 },
    execute: (tables, now, text, parameters) =>
      execute(
        tables,
        now,
        text,
        statementOf(text).name === "reconcile"
          ? parameters.map((given, place) =>
            place === releasers ? (valueOf(given) as ReadonlyArray<unknown>).map(() => null) : given
          )
          : parameters
      )
  },
  {
    name: "a run that is put off is due at no time",
    scenario: { ...alone, steps: 1, refusals: 1, putsOff: true },
    execute: (tables, now, text, parameters) => {
      const rows = execute(tables, now, text, parameters)
      for (const run of tables.runs.values()) tables.runs.set(run.id, { ...run, due_at: null })
      return rows
    }
  },
  {
    name: "an answer that was taken at a callback URL is not found",
    scenario: { ...alone, steps: 1, callbacks: 1 },
    execute: (tables, now, text, parameters) => {
      const rows = execute(tables, now, text, parameters)
      return statementOf(text).name === "callback" ? rows.filter(({ closed }) => closed === true) : rows
    }
  },
  {
    name: "an answer is confirmed and not stored",
    scenario: { ...alone, steps: 1, callbacks: 1 },
    execute: (tables, now, text, parameters) =>
      statementOf(text).name === "keep callback" ? [] : execute(tables, now, text, parameters)
  },
  {
    name: "orphans are not looked for",
    scenario: { ...alone, crashes: 1 },
    execute: (tables, now, text, parameters) =>
      statementOf(text).name === "look"
        ? execute(tables, now, text, parameters).map((row) => ({ ...row, dead: false, orphaned: false }))
        : execute(tables, now, text, parameters)
  }
]
