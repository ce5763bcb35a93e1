/**
 * The requests to a child process and its answers, as JSON over its IPC channel; the scope of an evaluation goes through
 * the child's standard input, since text inside JSON is escaped and read twice.
 */
import type { Plan } from "../inline/Inline.ts"
import type { CalloutPath } from "../inline/SyntaxTree.ts"

/** The number of times that an evaluation is started if its time passed while other processes had the processor. */
export const turns = 8

/** The bounds of one child. */
export interface Limits {
  /** Milliseconds of one check or evaluation; {@link turns} times as many where the machine is too busy to do it. */
  readonly timeMs: number
  /** MiB of the child's heap. */
  readonly memoryMb: number
  /** Characters of a result's JSON, roughly. */
  readonly resultLength: number
}

/** A child's only argument, as JSON. */
export interface Start {
  readonly limits: Limits
  /** Path of jsonata's source: besides the child's own code the only file that it may read. */
  readonly jsonata: string
}

export type Request =
  | { readonly kind: "check"; readonly source: string }
  | {
    readonly kind: "evaluate"
    readonly source: string
    /** The expression's scope as JSON text, in which numbers keep their digits. */
    readonly scope: string
    /** Epoch milliseconds. */
    readonly now: number
    /**
     * True if the child watches the time itself. That costs 160 µs and a thread for each evaluation, so it is not done
     * for proven expressions; the parent's wider limit still holds.
     */
    readonly isWatched: boolean
  }

/** A request on the IPC channel. */
export type Message =
  | Extract<Request, { kind: "check" }>
  | Omit<Extract<Request, { kind: "evaluate" }>, "scope"> & {
    /** Bytes of the scope's UTF-8 on the standard input. */
    readonly scopeBytes: number
  }

export type Answer =
  | {
    readonly kind: "checked"
    readonly stepReferences: ReadonlyArray<string>
    readonly calloutPaths: ReadonlyArray<CalloutPath>
    readonly rootNames: ReadonlyArray<string>
    readonly plan?: Plan | undefined
  }
  /** The result as JSON text. Without `value`: the expression yields nothing. */
  | { readonly kind: "value"; readonly value?: string | undefined }
  | Failure

export interface Failure {
  readonly kind: "failed"
  readonly reason: "syntax" | "refused" | "bounds" | "failed"
  /** Continues "the expression …". */
  readonly detail: string
}

/** A child's first message: it has loaded jsonata, has given up its privileges and can be asked. */
export interface Ready {
  readonly kind: "ready"
}
