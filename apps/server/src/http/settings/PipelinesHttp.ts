/** `/v1/pipelines`, and the versions of each. Contract: sections 4 and 7. */
import { Api } from "@sluice/api/Api"
import { defaultLimit } from "@sluice/api/wire/Paging"
import { SettingsStore } from "@sluice/persistence/settings/SettingsStore"
import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import * as Answer from "../../wire/Answer.ts"
import * as ErrorMapping from "../../wire/ErrorMapping.ts"
import * as SimulateHttp from "../runs/SimulateHttp.ts"
import * as SettingsHttp from "./SettingsHttp.ts"

export const layer = HttpApiBuilder.group(
  Api,
  "pipelines",
  Effect.fnUntraced(function*(handlers) {
    const { pipeline } = yield* SettingsStore
    const { list, get, put, remove } = yield* SettingsHttp.make("pipeline")
    const simulate = yield* SimulateHttp.make
    return handlers.handleRaw("simulate", simulate).handle("list", list).handle("get", get).handleRaw("put", put)
      .handle("remove", remove)
      .handle(
        "versions",
        Effect.fnUntraced(function*({ params, query }) {
          const { limit = defaultLimit, cursor } = query
          const page = yield* pipeline.versions(params.id, { limit, cursor }).pipe(
            Effect.catchTags({ ...SettingsHttp.ofSetting, CursorInvalid: ErrorMapping.ofList.CursorInvalid })
          )
          return Answer.page(page, SettingsHttp.settingText("pipeline"))
        })
      )
  })
)
