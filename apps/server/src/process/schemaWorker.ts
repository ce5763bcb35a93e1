/** The thread that checks answers, one after the other, until it is ended. See `SchemaCheckerThread`. */
import { parseOwn } from "@sluice/domain/json/Json"
import { compile, type Compiled } from "@sluice/engine/internal/schemas/SchemaCompiler"
import { parentPort } from "node:worker_threads"
import type { Answer, Question } from "./SchemaCheckerThread.ts"

/** Schemas that are kept compiled, by their text; the oldest goes first. */
const mostKept = 50

const kept = new Map<string, Compiled>()

const compiledOf = (schema: string): Compiled => {
  const before = kept.get(schema)
  if (before !== undefined) return before
  const compiled = compile(parseOwn(schema))
  for (const oldest of kept.keys()) {
    if (kept.size < mostKept) break
    kept.delete(oldest)
  }
  kept.set(schema, compiled)
  return compiled
}

const answerTo = ({ schema, text }: Question): Answer => {
  const compiled = compiledOf(schema)
  return {
    misfit: "fault" in compiled ? `cannot be checked: responseSchema ${compiled.fault}` : compiled.misfit(text)
  }
}

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
parentPort?.on("message", (question: Question) => parentPort?.postMessage(answerTo(question)))
