/** The faults of bodies that a schema describes. Contract: section 7. */
import { assert, describe, it } from "@effect/vitest"
import { EventRequest } from "@sluice/api/internal/orders/EventsApi"
import type { JsonObject } from "@sluice/domain/json/Json"
import { Effect } from "effect"
import * as Decoded from "../../src/wire/Decoded.ts"

const data = {}
const types = "\"checkout.initiated\" | \"cancel.attempted\" | \"payment_method.added\" | \"address.added\""

describe("a body that does not fit its schema", () => {
  it.effect.each<[JsonObject, Array<[path: string, message: string]>]>([
    [{}, [["type", "is missing"], ["data", "is missing"]]],
    [{ type: "address.added", data, dta: 1 }, [["dta", "is unknown: leave it out"]]],
    [{ type: "address.added", data: null }, [["data", "must be of type object"]]],
    [{ type: "address.added", data: [] }, [["data", "must be of type object"]]],
    [{ type: "order.submitted", data }, [["type", `must be ${types}`]]],
    [{ Type: "address.added", data }, [["Type", "is unknown: leave it out"], ["type", "is missing"]]]
  ])(
    "%j is refused with the name of each member",
    ([body, faults]) =>
      Effect.map(
        Effect.flip(Decoded.as(EventRequest, body)),
        ({ errors }) =>
          assert.deepStrictEqual(errors.map(({ message, path }): [string, string] => [path, message]), faults)
      )
  )
})
