/**
 * What a partner is to do with its next requests: `PUT /script` with a list of words, one for each request that would be
 * worked on; when they are used up, all is well again. `GET /script` gives those that are left.
 */
import type { PartnerRequest } from "./Partner.ts"
import { json, type Reply, text } from "./Reply.ts"

export interface Script<Word extends string> {
  /** The next word, used up by asking. */
  readonly next: () => Word | undefined
  /** The answer to a request about the script itself; `undefined` for any other. */
  readonly reply: (request: PartnerRequest) => Reply | undefined
}

const parsed = (body: string): unknown => {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

/** A script that knows these words. A list with another one is a 400 that names it, and changes nothing. */
export const makeScript = <const Word extends string>(words: ReadonlyArray<Word>): Script<Word> => {
  let left: ReadonlyArray<Word> = []
  const isWord = (value: unknown): value is Word => (words as ReadonlyArray<unknown>).includes(value)
  return {
    next: () => {
      const [first, ...rest] = left
      left = rest
      return first
    },
    reply: ({ body, method, path }) => {
      if (path !== "/script") return undefined
      if (method === "GET") return json(200, left)
      const list = parsed(body)
      if (method !== "PUT" || !Array.isArray(list)) return json(400, { error: "PUT a list of words", words })
      const unknown = list.find((word) => !isWord(word))
      if (unknown !== undefined) return json(400, { error: `no such word: ${JSON.stringify(unknown)}`, words })
      left = list.filter(isWord)
      return text(204, "", "")
    }
  }
}
