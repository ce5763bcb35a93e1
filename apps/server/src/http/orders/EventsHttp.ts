/** `/v1/events`: decodes, calls, maps errors. Contract: sections 7 and 9. */
import { Api } from "@sluice/api/Api"
import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import * as EventReport from "../../intake/EventReport.ts"
import * as Body from "../../wire/Body.ts"

export const layer = HttpApiBuilder.group(
  Api,
  "events",
  Effect.fnUntraced(function*(handlers) {
    const { report } = yield* EventReport.EventReport

    return handlers.handleRaw(
      "report",
      ({ headers, request }) => report(headers, Body.readObject(request, EventReport.asked))
    )
  })
)
