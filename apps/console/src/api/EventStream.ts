/** Server-sent events, read by `fetch`, because the browser's own reader sends no key. */
import { parse } from "./ExactJson.ts"

/** The data of each complete event in a stream's text; the rest belongs to the next piece. */
export const dataOf = (text: string): { readonly data: ReadonlyArray<string>; readonly rest: string } => {
  const blocks = text.split("\n\n")
  const rest = blocks.pop() ?? ""
  const data = blocks.flatMap((block) => {
    const lines = block.split("\n").filter((line) => line.startsWith("data:"))
    return lines.length === 0 ? [] : [lines.map((line) => line.slice(5).trimStart()).join("\n")]
  })
  return { data, rest }
}

/** Calls `seen` with the JSON of each event, until the stream ends. */
export const readEvents = async (response: Response, seen: (event: unknown) => void): Promise<void> => {
  if (response.body === null) return
  let rest = ""
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    const read = dataOf(rest + value)
    rest = read.rest
    for (const data of read.data) seen(parse(data))
  }
}
