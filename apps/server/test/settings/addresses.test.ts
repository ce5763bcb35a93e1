/** Forbidden addresses in settings: every member that takes a URL, and every literal and trick. Contract: section 5. */
import { assert, layer } from "@effect/vitest"
import { originOf } from "@sluice/domain/internal/decode/Url"
import type { JsonObject } from "@sluice/domain/json/Json"
import { SettingsCheck } from "@sluice/engine/internal/validation/SettingsCheck"
import * as AddressGuard from "@sluice/http-client/AddressGuard"
import { forbiddenUrls } from "@sluice/http-client/testing/ForbiddenAddresses"
import { Effect, Result } from "effect"
import { type AddressMember, addressMembers } from "./AddressMembers.ts"
import { guardedChecks } from "./Checks.ts"

const guard = AddressGuard.make([])

const faultsOf = Effect.fnUntraced(function*({ document, kind }: AddressMember, url: string) {
  const settings = yield* SettingsCheck
  const body: JsonObject = document(url)
  const checked = yield* Effect.result(settings.check(kind, "id", body))
  return Result.isFailure(checked) ? checked.failure.faults : []
})

layer(guardedChecks(guard))("forbidden addresses in settings", (it) => {
  it.effect.each(addressMembers)(
    "$name takes none of them, and says which entry would allow it",
    (member) =>
      Effect.gen(function*() {
        // Origins only: what stands behind is refused for itself.
        const written = (url: string) => member.path.startsWith("allowedHosts") ? originOf(url) ?? url : url
        for (const { url } of forbiddenUrls) {
          const fault = (yield* faultsOf(member, written(url))).find(({ path }) => path === member.path)
          assert.isDefined(fault, `${member.name} took ${url}`)
          assert.strictEqual(fault?.message, guard.refuseUrl(url), url)
        }
      })
  )

  it.effect.each(addressMembers)("$name takes a public address, and a name", (member) =>
    Effect.gen(function*() {
      for (const url of ["https://8.8.8.8", "http://[2606:4700::1111]", "https://partner.example.com:8443"]) {
        assert.deepStrictEqual(yield* faultsOf(member, url), [], url)
      }
    }))

  it.effect.each(addressMembers)("$name takes http: and https: only, and no user", (member) =>
    Effect.gen(function*() {
      for (
        const url of ["file:///etc/passwd", "gopher://example.com/", "ftp://example.com/", "https://me:it@example.com/"]
      ) {
        const faults = yield* faultsOf(member, url)
        assert.isTrue(faults.some(({ path }) => path === member.path), `${member.name} took ${url}`)
      }
    }))
})
