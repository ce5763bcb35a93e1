import { assert, describe, it } from "@effect/vitest"
import { best, formatWords, type Word } from "../../../src/sql/hosts/Hosts.ts"

const word = (name: string, refusal: string | undefined, timeline = ""): Word => ({
  host: { name, port: 5432 },
  refusal,
  timeline
})

describe("Hosts", () => {
  it.each<readonly [string, ReadonlyArray<Word>, string | undefined]>([
    ["the one that accepts writes", [word("a", "is a standby"), word("b", undefined, "00000001")], "b"],
    ["the first of those on one timeline", [word("a", undefined, "00000002"), word("b", undefined, "00000002")], "a"],
    [
      "the promoted one, not the old primary that came back",
      [word("a", undefined, "00000001"), word("b", undefined, "00000002")],
      "b"
    ],
    ["the tenth timeline before the ninth", [word("a", undefined, "00000009"), word("b", undefined, "0000000A")], "b"],
    ["none where none accepts writes", [word("a", "is a standby"), word("b", "is read-only")], undefined]
  ])("the chosen host is %s", (_, words, expected) => {
    assert.strictEqual(best(words)?.host.name, expected)
  })

  it("the answer of each host is named if none is usable", () => {
    assert.strictEqual(
      formatWords([word("a", "is a standby"), word("b", "connect ECONNREFUSED 10.0.0.2:5432")]),
      "a:5432: is a standby; b:5432: connect ECONNREFUSED 10.0.0.2:5432"
    )
  })
})
