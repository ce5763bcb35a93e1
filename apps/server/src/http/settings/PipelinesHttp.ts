/** `/v1/pipelines`, and the versions of each. Contract: sections 4 and 7. */
import { Api } from "@sluice/api/Api"
import { defaultLimit } from "@sluice/api/wire/Paging"
import * as Problems from "@sluice/api/wire/Problems"
import { redactorOf } from "@sluice/engine/internal/steps/StepRedaction"
import { Settings } from "@sluice/engine/settings/Settings"
import { SettingsStore } from "@sluice/persistence/settings/SettingsStore"
import { Effect } from "effect"
import type { HttpServerRequest } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"
import * as Answer from "../../wire/Answer.ts"
import * as Body from "../../wire/Body.ts"
import * as ErrorMapping from "../../wire/ErrorMapping.ts"
import * as ReasonBody from "../../wire/ReasonBody.ts"
import * as SimulateHttp from "../runs/SimulateHttp.ts"
import * as SettingsHttp from "./SettingsHttp.ts"

export const layer = HttpApiBuilder.group(
  Api,
  "pipelines",
  Effect.fnUntraced(function*(handlers) {
    const { pipeline } = yield* SettingsStore
    const { list, get, put, remove } = yield* SettingsHttp.make("pipeline")
    const simulate = yield* SimulateHttp.make
    const settings = yield* Settings

    const pausing = (store: typeof pipeline.pause) =>
      Effect.fnUntraced(
        function*({ params, request }: { params: { id: string }; request: HttpServerRequest.HttpServerRequest }) {
          const reason = yield* ReasonBody.required(yield* Body.readObject(request, "reason"), "why")
          const setting = yield* store(params.id, redactorOf(settings.current().secrets).text(reason)).pipe(
            Effect.catchTags(SettingsHttp.ofSetting)
          )
          return Answer.versioned(SettingsHttp.settingText("pipeline")(setting), setting.version)
        }
      )

    return handlers.handleRaw("pause", pausing(pipeline.pause)).handleRaw("resume", pausing(pipeline.resume)).handleRaw(
      "simulate",
      simulate
    ).handle("list", list).handle("get", get).handleRaw("put", put)
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
      .handle(
        "version",
        Effect.fnUntraced(function*({ params }) {
          const setting = yield* pipeline.version(params.id, params.version).pipe(Effect.catchTags({
            JournalUnavailable: SettingsHttp.ofSetting.JournalUnavailable,
            PipelineVersionUnknown: ({ name, version }) =>
              Effect.fail(
                new Problems.NotFound({
                  detail: `There is no version ${version} of a pipeline ${JSON.stringify(name)}`
                })
              )
          }))
          return Answer.json(SettingsHttp.settingText("pipeline")(setting))
        })
      )
  })
)
