/** `/v1/auth-providers`. Contract: sections 4 and 7. */
import { Api } from "@sluice/api/Api"
import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import * as ConnectionTests from "./ConnectionTests.ts"
import * as SettingsHttp from "./SettingsHttp.ts"

export const layer = HttpApiBuilder.group(
  Api,
  "authProviders",
  Effect.fnUntraced(function*(handlers) {
    const { list, get, put, remove } = yield* SettingsHttp.make("authProvider")
    const test = yield* ConnectionTests.make("authProvider")
    return handlers
      .handle("list", list)
      .handle("get", get)
      .handleRaw("put", put)
      .handle("remove", remove)
      .handleRaw("testConnection", test)
  })
)
