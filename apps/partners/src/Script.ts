/**
 * Scripts a partner's next requests: a list of items, one for each request, in order; afterwards it behaves normally
 * again.
 *
 * An item is a word (`"ok"` for the partner's normal behaviour, a word of the partner's own, or an `Instruction`), an
 * answer (`{ "status": 418, "headers": {…}, "body": …, "afterMs": 100 }`; a text is sent as it is, anything else as
 * JSON), or `{ "do": <word> }`; the last two with `"order"` and `"path"` wait for a request of that order or to that
 * path.
 */
import { Schema } from "effect"
import { instructed, instructions } from "./Instruction.ts"
import type { OrderSeen } from "./OrderSeen.ts"
import { after, json, type Reply, text, withHeaders } from "./Reply.ts"

/** The instruction for a request: one of the partner's own words, or a fixed reply. */
export type Next<Word extends string> = { readonly word: Word | "ok" } | { readonly reply: Reply }

interface Item<Word extends string> {
  /** The item as it was written, for `Script.left`. */
  readonly written: unknown
  readonly next: Next<Word>
  readonly order?: string
  readonly path?: string
}

/** An item that is not valid. The message names it and the valid ones. */
export class ScriptFault extends Schema.TaggedError<ScriptFault>()("ScriptFault", { message: Schema.String }) {}

const faulty = (message: string): ScriptFault => new ScriptFault({ message })

interface ScriptRequest {
  readonly method: string
  readonly path: string
  readonly body: string
}

export interface Script<Word extends string = string> {
  /** Uses up the first item that fits the request. */
  readonly next: (request: { readonly path: string; readonly order: OrderSeen }) => Next<Word> | undefined
  /** Replaces the remaining items. Throws `ScriptFault` and changes nothing if one is invalid. */
  readonly put: (items: unknown) => void
  /** The remaining items, as they were written. */
  readonly left: () => ReadonlyArray<unknown>
  /** The answer to `GET` and `PUT /script`; `undefined` for any other request. */
  readonly reply: (request: ScriptRequest) => Reply | undefined
}

type Members = Readonly<Record<string, unknown>>

const isMembers = (value: unknown): value is Members =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const optionalText = (members: Members, name: string): string | undefined => {
  const value = members[name]
  if (value !== undefined && typeof value !== "string") throw faulty(`"${name}" must be a text`)
  return value
}

const headersOf = ({ headers = {} }: Members): Record<string, string> => {
  if (!isMembers(headers)) throw faulty(`"headers" must be an object`)
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]))
}

const answerOf = (members: Members): Reply => {
  const { afterMs = 0, body = "", status } = members
  if (typeof status !== "number" || !Number.isInteger(status) || status < 200 || status > 599) {
    throw faulty(`an answer needs a "status" from 200 to 599: ${JSON.stringify(members)}`)
  }
  if (typeof afterMs !== "number" || afterMs < 0) throw faulty(`"afterMs" must be milliseconds`)
  const { "content-type": contentType, ...headers } = headersOf(members)
  const answer = typeof body === "string"
    ? text(status, contentType ?? (body === "" ? "" : "text/plain"), body)
    : { ...json(status, body), ...(contentType !== undefined && { contentType }) }
  return after(afterMs, withHeaders(headers, answer))
}

const parsed = (body: string): unknown => {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

/** A script that knows these words beside the instructions; where both know a word, the partner's own counts. */
export const makeScript = <const Word extends string>(words: ReadonlyArray<Word>): Script<Word> => {
  let items: ReadonlyArray<Item<Word>> = []

  const nextOf = (word: unknown): Next<Word> => {
    const own = word === "ok" ? word : words.find((known) => known === word)
    if (own !== undefined) return { word: own }
    const reply = typeof word === "string" ? instructed(word) : undefined
    if (reply === undefined) {
      throw faulty(
        `no such word: ${JSON.stringify(word)}; there are ${["ok", ...words, ...instructions].join(", ")}`
      )
    }
    return { reply }
  }

  const itemOf = (written: unknown): Item<Word> => {
    if (!isMembers(written)) return { written, next: nextOf(written) }
    const [order, path] = [optionalText(written, "order"), optionalText(written, "path")]
    return {
      written,
      next: written["do"] === undefined ? { reply: answerOf(written) } : nextOf(written["do"]),
      ...(order !== undefined && { order }),
      ...(path !== undefined && { path })
    }
  }

  const put = (list: unknown): void => {
    if (!Array.isArray(list)) throw faulty("a script is a list, one item for each request")
    items = list.map(itemOf)
  }

  const left = () => items.map(({ written }) => written)

  return {
    next: ({ order, path }) => {
      const index = items.findIndex((item) =>
        (item.order === undefined || item.order === order.id) && (item.path === undefined || item.path === path)
      )
      const item = items[index]
      items = items.filter((_, at) => at !== index)
      return item?.next
    },
    put,
    left,
    reply: ({ body, method, path }) => {
      if (path !== "/script") return undefined
      if (method === "GET") return json(200, left())
      if (method !== "PUT") return json(405, { error: "GET or PUT /script" })
      try {
        put(parsed(body))
        return text(204, "", "")
      } catch (fault) {
        return json(400, { error: fault instanceof Error ? fault.message : String(fault) })
      }
    }
  }
}
