/** Compares the bodies of webhooks as they were sent with the schemas that `GET /v1/event-types` gives for their types. */
import { eventTypes } from "@sluice/api/internal/webhooks/EventTypes"
import { compile, type Misfit } from "@sluice/engine/internal/schemas/SchemaCompiler"

const misfits: ReadonlyMap<string, Misfit> = new Map(eventTypes.map(({ schema, type }) => {
  const compiled = compile(schema)
  if ("fault" in compiled) throw new Error(`the schema of ${type} ${compiled.fault}`)
  return [type, compiled.misfit]
}))

/** The deviation of a sent body from the schema of its type, in words; `undefined` where it fits, or the type has none. */
export const deviation = (type: string, body: string): string | undefined => {
  const misfit = misfits.get(type)?.(body)
  return misfit === undefined ? undefined : `a sent ${type} ${misfit}: ${body.slice(0, 500)}`
}
