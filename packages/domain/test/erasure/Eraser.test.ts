/** Contract: section 7, `POST /v1/customers/{id}/erase`: what becomes of texts that hold a person. */
import { assert, describe, it } from "@effect/vitest"
import { makeEraser } from "../../src/erasure/Eraser.ts"
import { erased, PersonalValueCollector } from "../../src/erasure/PersonalValues.ts"

const order = {
  id: "order-1",
  orderType: "NEW_ORDER",
  status: "New",
  marketId: "NO",
  externalId: "web-4711",
  customerId: "C-1001",
  customerEmail: "Ylva.Test@Example.com",
  customerName: "Ylva Testperson",
  customerType: "B2C",
  customerPhone: "+47 912 34 567",
  shippingAddress: { firstName: "Ylva", lastName: "Plant", street: "Gate 12", city: "Langevåg", country: "NO" },
  payment: { type: "card", holder: "Y TESTPERSON", amount: 12.5, currency: "NOK" },
  payment_status: "paid",
  orderForm: { currency: "NOK", total: 12.5, shipments: [{ address: { city: "Langevåg" }, state: "sent" }] }
}

const collected = (...documents: ReadonlyArray<unknown>) => {
  const collector = new PersonalValueCollector()
  collector.addIdentifier("C-1001")
  for (const document of documents) collector.addDocument(JSON.stringify(document))
  return collector.values
}

const eraser = makeEraser(collected(order), new Map([["web-4711", "sha256:ab"], ["1", "sha256:cd"]]))

describe("Eraser", () => {
  it("replaces every string below members that name, address or pay for a person, and nothing else", () => {
    assert.deepStrictEqual(JSON.parse(eraser.text(JSON.stringify(order))), {
      id: "order-1",
      orderType: "NEW_ORDER",
      status: "New",
      marketId: "NO",
      externalId: "sha256:ab",
      customerId: erased,
      customerEmail: erased,
      customerName: erased,
      customerType: "B2C",
      customerPhone: erased,
      shippingAddress: { firstName: erased, lastName: erased, street: erased, city: erased, country: erased },
      payment: { type: erased, holder: erased, amount: 12.5, currency: erased },
      payment_status: "paid",
      orderForm: { currency: "NOK", total: 12.5, shipments: [{ address: { city: erased }, state: "sent" }] }
    })
  })

  const replacements: ReadonlyArray<readonly [name: string, given: string, expected: string]> = [
    ["a whole string elsewhere", `{"echo":"Langevåg"}`, `{"echo":"[erased]"}`],
    ["a whole string that is escaped", `{"echo":"Langev\\u00e5g"}`, `{"echo":"[erased]"}`],
    ["not a part of a longer string that is only a place", `{"echo":"to Langevåg"}`, `{"echo":"to Langevåg"}`],
    ["an e-mail address in a text, in any case", `{"m":"sent to ylva.test@example.COM."}`, `{"m":"sent to [erased]."}`],
    ["an address that only ends alike stays", `{"m":"xylva.test@example.com"}`, `{"m":"xylva.test@example.com"}`],
    ["an identifier in a path", `{"u":"/customers/C-1001/orders"}`, `{"u":"/customers/[erased]/orders"}`],
    ["an identifier that goes on stays", `{"u":"/customers/C-10012"}`, `{"u":"/customers/C-10012"}`],
    ["a phone number", `{"m":"call +47 912 34 567!"}`, `{"m":"call [erased]!"}`],
    ["a full name", `{"m":"Dear Ylva Testperson,"}`, `{"m":"Dear [erased],"}`],
    ["first and last name together", `{"m":"Plant, Ylva"}`, `{"m":"[erased]"}`],
    ["a street with its number", `{"m":"Leave at Gate 12."}`, `{"m":"Leave at [erased]."}`],
    ["a first name alone stays within a text", `{"m":"Dear Ylva,"}`, `{"m":"Dear Ylva,"}`],
    [
      "an encoded address in a URL",
      `{"u":"https://x.y/?e=ylva.test%40example.com&a=1"}`,
      `{"u":"https://x.y/?e=[erased]&a=1"}`
    ],
    ["a value of a query", `{"u":"https://x.y/?city=Langev%C3%A5g"}`, `{"u":"https://x.y/?city=%5Berased%5D"}`],
    ["JSON within a string", `{"o":"{\\"town\\":\\"Langevåg\\"}"}`, `{"o":"{\\"town\\":\\"[erased]\\"}"}`],
    ["a form", "town=Langev%C3%A5g&a=1", "town=%5Berased%5D&a=1"],
    ["markup", "<a><town>Langevåg</town></a>", "<a><town>[erased]</town></a>"],
    ["a key elsewhere", `{"ref":"web-4711"}`, `{"ref":"sha256:ab"}`],
    [
      "a short key only where it is the key",
      `{"quantity":"1","externalId":"1"}`,
      `{"quantity":"1","externalId":"sha256:cd"}`
    ],
    [
      "the change of a personal member",
      `[{"path":"/customerName","before":"Old","after":"Young"}]`,
      `[{"path":"/customerName","before":"[erased]","after":"[erased]"}]`
    ],
    [
      "the change of another member stays",
      `[{"path":"/status","before":"New","after":"Old"}]`,
      `[{"path":"/status","before":"New","after":"Old"}]`
    ],
    ["members in PascalCase", `{"CustomerName":"Somebody Else"}`, `{"CustomerName":"[erased]"}`],
    ["the rest of an object", `,"WorkflowStep":{"Note":"Langevåg"}}`, `,"WorkflowStep":{"Note":"[erased]"}}`],
    ["a name of a member", `{"ylva.test@example.com":1}`, `{"[erased]":1}`],
    [
      "numbers keep their digits",
      `{"n":12345678901234567890, "town":"Langevåg"}`,
      `{"n":12345678901234567890, "town":"[erased]"}`
    ],
    ["a text that is cut", `{"town":"Langevåg","m":"ylva.test@exa`, `{"town":"[erased]","m":"ylva.test@exa`]
  ]
  it.each(replacements)("%s", (_, given, expected) => {
    assert.strictEqual(eraser.text(given), expected)
  })

  it("bytes that are no UTF-8 are searched too, and others stay the same bytes", () => {
    const latin1 = Uint8Array.from("ylva.test@example.com \xe5", (character) => character.charCodeAt(0))
    assert.deepStrictEqual(eraser.bytes(latin1), Uint8Array.from("[erased] \xe5", (c) => c.charCodeAt(0)))
    const bytes = Uint8Array.of(0xff, 0xfe, 0x00)
    assert.strictEqual(eraser.bytes(bytes), bytes)
  })

  it("any JSON stays JSON of the same shape, and holds no value of the person as a string", () => {
    const values = ["Ylva.Test@Example.com", "Ylva Testperson", "Langevåg", "C-1001", "+47 912 34 567"]
    let state = 14
    const below = (limit: number) => {
      state = (state * 1_103_515_245 + 12_345) % 2 ** 31
      return Math.floor(state / 2 ** 31 * limit)
    }
    const leaves = [...values, "", "a\"b\\c", "{\"a\":1}", "[x", "\ud800", 1.5, -0, true, null]
    const leaf = () => leaves[below(leaves.length)]
    const json = (depth: number): unknown => {
      const kind = below(depth > 3 ? 1 : 3)
      if (kind === 0) return leaf()
      const items = Array.from({ length: below(5) }, () => json(depth + 1))
      return kind === 1 ? items : Object.fromEntries(items.map((item, i) => [`${leaf()}${i}`, item]))
    }
    const shape = (value: unknown): unknown =>
      typeof value === "string"
        ? "s"
        : Array.isArray(value)
        ? value.map(shape)
        : typeof value === "object" && value !== null
        ? Object.values(value).map(shape)
        : value
    const strings = (value: unknown): ReadonlyArray<string> =>
      typeof value === "string"
        ? [value]
        : typeof value === "object" && value !== null
        ? Object.values(value).flatMap(strings)
        : []
    for (let i = 0; i < 2000; i++) {
      const text = JSON.stringify(json(0))
      const after = JSON.parse(eraser.text(text))
      assert.deepStrictEqual(JSON.stringify(shape(after)), JSON.stringify(shape(JSON.parse(text))))
      assert.isFalse(strings(after).some((one) => values.includes(one)))
    }
  })

  it("a document of a mebibyte is erased at every place, within a turn", () => {
    const item = JSON.stringify({ note: "call Ylva Testperson at Gate 12", n: 1 })
    const text = `{"items":[${Array.from({ length: Math.floor(2 ** 20 / item.length) }, () => item).join(",")}]}`
    const begun = performance.now()
    const after = eraser.text(text)
    const took = performance.now() - begun
    assert.notMatch(after, /Ylva|Testperson/)
    assert.strictEqual(JSON.parse(after).items.length, JSON.parse(text).items.length)
    if (process.env["STRICT_TIMES"] === "1") assert.isBelow(took, 100)
  })
})
