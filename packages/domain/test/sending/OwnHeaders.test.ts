import { assert, describe, it } from "@effect/vitest"
import { headerFaults, headerWarnings } from "@sluice/domain/internal/sending/OwnHeaders"
import type { JsonObject } from "@sluice/domain/json/Json"

/** Each place of a setting where request headers stand, with the path of a header `name` there. */
const places: ReadonlyArray<readonly [path: string, document: (name: string) => JsonObject]> = [
  ["steps[0].options.headers.NAME", (name) => ({ steps: [{ options: { headers: { [name]: "x" } } }] })],
  [
    "postProcessing[0].options.headers.NAME",
    (name) => ({ postProcessing: [{ options: { headers: { [name]: "x" } } }] })
  ],
  ["steps[0].probe.headers.NAME", (name) => ({ steps: [{ probe: { headers: { [name]: "x" } } }] })],
  ["steps[0].compensate.headers.NAME", (name) => ({ steps: [{ compensate: { headers: { [name]: "x" } } }] })],
  ["customHeaders.NAME", (name) => ({ customHeaders: { [name]: "x" } })],
  ["headers.NAME", (name) => ({ headers: { [name]: "x" } })],
  ["steps[0].properties[0].key", (name) => ({
    steps: [{ properties: [{ key: name, value: "x", keyGroup: "requestHeaders" }] }]
  })]
]

describe.each(places)("at %s", (path, document) => {
  it.each(["Host", "host", "HOST", "Connection", "Proxy-Connection"])("a header %s is a fault", (name) => {
    assert.deepStrictEqual(headerFaults(document(name)).map((fault) => fault.path), [path.replace("NAME", name)])
  })

  it.each(["Idempotency-Key", "traceparent", "Webhook-Id", "webhook-signature"])("a header %s warns", (name) => {
    assert.deepStrictEqual(headerFaults(document(name)), [])
    assert.match(headerWarnings(document(name)).join("\n"), /^[^\n]*: Sluice writes this header itself[^\n]*$/)
  })

  it.each(["X-Host", "Authorization", "x-idempotency-key"])("a header %s passes", (name) => {
    assert.deepStrictEqual([headerFaults(document(name)), headerWarnings(document(name))], [[], []])
  })
})

it("data of a step is no header, and the property Host of a workflow step is its address", () => {
  const document = {
    steps: [{
      properties: [{ key: "Host", value: "https://a.example" }],
      options: { body: { headers: { Host: "x" } }, account: { headers: { Host: "x" } } },
      responseSchema: { properties: { headers: { Host: {} } } }
    }]
  }
  assert.deepStrictEqual([headerFaults(document), headerWarnings(document)], [[], []])
})
