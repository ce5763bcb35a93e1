/** The partner's reaction to a request: an answer, or a failure to give one. */

export type Reply =
  /** An ordinary HTTP answer, `afterMs` milliseconds after the request was read. */
  | {
    readonly _tag: "Answer"
    readonly status: number
    readonly contentType: string
    readonly body: string
    readonly afterMs: number
    /** Names in lower case; without `content-type`. */
    readonly headers?: Readonly<Record<string, string>>
    /** The partner's finding about the request, for the log. */
    readonly finding?: string
  }
  /** The connection is reset instead of an answer. */
  | { readonly _tag: "Reset"; readonly afterMs: number }
  /** Half of the announced bytes are sent, then the connection is closed. */
  | { readonly _tag: "Cut"; readonly body: string; readonly afterMs: number }
  /** Never answers. */
  | { readonly _tag: "Hang" }

export type Answer = Extract<Reply, { _tag: "Answer" }>

/** An answer with exactly this body. */
export const text = (status: number, contentType: string, body: string): Answer => ({
  _tag: "Answer",
  status,
  contentType,
  body,
  afterMs: 0
})

/** An answer whose body is the JSON text of `value`. */
export const json = (status: number, value: unknown): Answer => text(status, "application/json", JSON.stringify(value))

/** The answer with further headers. */
export const withHeaders = (headers: Readonly<Record<string, string>>, answer: Answer): Answer => ({
  ...answer,
  headers: { ...answer.headers, ...headers }
})

/** The reply, delayed by `ms` milliseconds. */
export const after = (ms: number, reply: Reply): Reply => reply._tag === "Hang" ? reply : { ...reply, afterMs: ms }

export const reset: Reply = { _tag: "Reset", afterMs: 0 }

export const hang: Reply = { _tag: "Hang" }

export const cut = (body: string): Reply => ({ _tag: "Cut", body, afterMs: 0 })

/** One word for the log: the status, or what was done instead of answering. */
export const summary = (reply: Reply): string =>
  reply._tag === "Answer" ? String(reply.status) : reply._tag.toLowerCase()
