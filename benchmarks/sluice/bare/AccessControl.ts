/** Asks for no role and gives no request an act, so that nothing writes to the audit. */
import { Layer } from "effect"
import { AccessControl } from "../../../packages/api/src/wire/AccessControl.ts"

export * from "../../../apps/server/src/access/AccessControl.ts"

export const layer = Layer.succeed(AccessControl, (httpEffect) => httpEffect)
