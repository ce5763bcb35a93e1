/** Cursors of lists, in every form that a list uses: what a client sends back may be anything. */
import { assert, describe, it } from "@effect/vitest"
import { fuzz, patience, target } from "@sluice/domain/internal/testing/Fuzz"
import { garbled, mutated, type Random } from "@sluice/domain/internal/testing/Mutations"
import { Effect, Exit, Schema } from "effect"
import { Base64Url } from "effect/encoding"
import { cursor } from "../../src/sql/Page.ts"

const uuid = Schema.String.check(Schema.isUUID())
const id = "01a2050d-a10e-768a-82ef-baff85a1c63a"

const forms: ReadonlyArray<
  readonly [name: string, keys: Schema.Codec<unknown, unknown>, sample: ReadonlyArray<string | number>]
> = [
  ["cursor of an id", Schema.Tuple([uuid]), [id]],
  ["cursor of a time and an id", Schema.Tuple([Schema.Int, uuid]), [1_767_225_600_000, id]],
  ["cursor of a sequence", Schema.Tuple([Schema.Int]), [42]],
  ["cursor of a place in a timeline", Schema.Tuple([Schema.Int, Schema.Int, Schema.String]), [1, 2, "x"]]
]

const written = (random: Random, sample: ReadonlyArray<string | number>): string => {
  const text = JSON.stringify(sample)
  switch (random.below(4)) {
    case 0:
      return garbled(random, Base64Url.encode(text))
    case 1:
      return Base64Url.encode(garbled(random, text).toWellFormed())
    case 2:
      return Base64Url.encode(JSON.stringify(mutated(random, sample)).toWellFormed())
    default:
      return Base64Url.encode(text)
  }
}

const targets = forms.map(([name, keys, sample]) =>
  target({
    name,
    make: (random) => written(random, sample),
    read: (input) => Exit.isSuccess(Effect.runSyncExit(cursor(keys).read({ limit: 1, cursor: input })))
  })
)

describe("cursors", () => {
  it.each(targets)("$name: every input is read or refused", async (target) => {
    assert.isUndefined(await fuzz(target))
  }, patience)
})
