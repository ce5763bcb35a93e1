/** `/v1/access`: the caller's own key. Not part of the contract. */
import { Api } from "@sluice/api/Api"
import { allows, Role } from "@sluice/domain/access/Role"
import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { Caller } from "../../access/Caller.ts"
import * as Answer from "../../wire/Answer.ts"

/** Without keys, every caller that reaches the server is an administrator. */
const everything = { roles: ["admin"] } as const

export const layer = HttpApiBuilder.group(Api, "access", (handlers) =>
  Effect.succeed(
    handlers.handle("get", () =>
      Effect.map(Caller, (caller) => {
        const { roles } = caller ?? everything
        const may = Role.literals.filter((role) => allows(roles, role))
        return Answer.json(JSON.stringify({ name: caller?.name, roles, may }))
      }))
  ))
