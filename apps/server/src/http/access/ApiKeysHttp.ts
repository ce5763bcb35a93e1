/** `/v1/api-keys`: decodes, calls, maps errors. Contract: section 2, "Roles". */
import { Api } from "@sluice/api/Api"
import { defaultLimit } from "@sluice/api/wire/Paging"
import * as Problems from "@sluice/api/wire/Problems"
import { ApiKeyRequest } from "@sluice/domain/access/ApiKey"
import { ApiKeyStore } from "@sluice/persistence/internal/access/ApiKeyStore"
import { Effect } from "effect"
import { SecureRandom } from "effect/crypto"
import { Base64Url } from "effect/encoding"
import { HttpServerResponse } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"
import { KeysInForce } from "../../access/KeysInForce.ts"
import { digestOf } from "../../config/ApiKeys.ts"
import * as Answer from "../../wire/Answer.ts"
import * as Body from "../../wire/Body.ts"
import * as Decoded from "../../wire/Decoded.ts"
import * as ErrorMapping from "../../wire/ErrorMapping.ts"

/** As many bits as the digest has. */
const keyBytes = 32

/** Names what it is, so that a scanner for secrets finds one that was committed somewhere. */
const newKey = (): string => `sluice_${Base64Url.encode(SecureRandom.randomBytesUnsafe(keyBytes))}`

export const layer = HttpApiBuilder.group(
  Api,
  "apiKeys",
  Effect.fnUntraced(function*(handlers) {
    const store = yield* ApiKeyStore
    const { surroundings } = yield* KeysInForce

    return handlers
      .handle(
        "list",
        Effect.fnUntraced(function*({ query: { limit = defaultLimit, cursor } }) {
          const page = yield* store.list({ limit, cursor }).pipe(Effect.catchTags(ErrorMapping.ofList))
          return Answer.page(page, (key) => JSON.stringify(key))
        })
      )
      .handleRaw(
        "create",
        Effect.fnUntraced(function*({ request }) {
          const body = yield* Body.readObject(request, "name, roles and expiresAt")
          const asked = yield* Decoded.as(ApiKeyRequest, body)
          const key = newKey()
          const stored = yield* store.create(asked, digestOf(key), surroundings).pipe(Effect.catchTags({
            JournalUnavailable: (error) => Effect.fail(ErrorMapping.unavailable(error)),
            ApiKeyInvalid: ({ faults }) => Effect.fail(ErrorMapping.invalid(faults)),
            ApiKeyNameTaken: ({ name }) =>
              Effect.fail(
                new Problems.Conflict({
                  detail: `There is a key with the name ${JSON.stringify(name)}: choose another`
                })
              )
          }))
          return Answer.json(JSON.stringify({ ...stored, key }), 201)
        })
      )
      .handle(
        "remove",
        Effect.fnUntraced(function*({ params }) {
          yield* store.delete(params.id, surroundings).pipe(Effect.catchTags({
            JournalUnavailable: (error) => Effect.fail(ErrorMapping.unavailable(error)),
            ApiKeyUnknown: ({ id }) =>
              Effect.fail(new Problems.NotFound({ detail: `There is no API key ${JSON.stringify(id)}` })),
            LastAdministrator: ({ name }) =>
              Effect.fail(
                new Problems.Conflict({
                  detail: `The key "${name}" is the last that can manage keys and does not expire: `
                    + "make another with the role admin, then delete this one"
                })
              )
          }))
          return HttpServerResponse.empty({ status: 204 })
        })
      )
  })
)
