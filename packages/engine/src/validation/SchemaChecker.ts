/**
 * The port through which an answer is checked against a `responseSchema` where that may take long: a schema of a
 * thousand parts against a mebibyte of small values takes seconds. The server checks on another thread
 * (`SchemaCheckerThread`); by default the check is made at once, in the calling process.
 */
import type { Json } from "@sluice/domain/json/Json"
import { Context, Effect } from "effect"
import { compile } from "../schemas/SchemaCompiler.ts"

export interface SchemaCheckerService {
  /** The way in which `text` does not fit, as the end of "the answer …"; `undefined` if it fits. */
  readonly misfit: (schema: Json, text: string) => Effect.Effect<string | undefined>
}

const here: SchemaCheckerService = {
  misfit: (schema, text) =>
    Effect.sync(() => {
      const compiled = compile(schema)
      return "fault" in compiled ? `cannot be checked: responseSchema ${compiled.fault}` : compiled.misfit(text)
    })
}

export const SchemaChecker = Context.Reference<SchemaCheckerService>(
  "@sluice/engine/validation/SchemaChecker",
  { defaultValue: () => here }
)
