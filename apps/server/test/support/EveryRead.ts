/** A request for each endpoint that reads, and for each value of each member of its query. */
import { assert } from "@effect/vitest"
import { Api } from "@sluice/api/Api"
import { type Schema, SchemaAST } from "effect"
import { half, hexOf, rows } from "./ManyRows.ts"

const hex = hexOf(half)

/** A value for each member of a path or a query. */
const samples: Readonly<Record<string, ReadonlyArray<string>>> = {
  limit: ["200"],
  cursor: [],
  orderType: ["A", "RARE"],
  status: ["New", "Failed", "active", "cancelled"],
  externalId: [`e${half}`],
  after: [String(half)],
  wait: ["0"],
  createdAfter: ["2026-01-01T04:00:00Z"],
  createdBefore: ["2026-01-01T04:00:00Z"],
  state: ["failed", "exhausted", "queued"],
  orderId: [`o${half}`],
  pipeline: ["plain", "rare"],
  errorsOnly: ["true"],
  q: ["e150", `process_event-${hex.slice(0, 12)}`],
  settled: ["true", "false"],
  step: ["s"],
  failedStep: ["s"],
  outcome: ["rejected"],
  customerId: ["c1"],
  kind: ["retry"],
  actor: ["anonymous"],
  action: ["pipeline.create"],
  resource: ["/v1/pipelines/plain"],
  path: ["/id"],
  version: ["1"],
  email: [`a${rows - 100}@example.com`],
  partner: ["p1.example"],
  endpointId: ["kept"],
  type: ["order.completed", "order.submitted"],
  window: ["10m", "24h"]
}

/** The id in a path, by the endpoint's group. */
const ids: Readonly<Record<string, string>> = {
  orders: `o${half}`,
  processEvents: `process_event-${hex}`,
  deliveries: `delivery-${hex}`,
  customers: `c${half}`,
  subscriptions: `sub-${hex}`
}

interface Endpoint {
  readonly method: string
  readonly path: string
  readonly query: Schema.Top | undefined
}

const membersOf = ({ query }: Endpoint): ReadonlyArray<string> => {
  const ast = query === undefined ? undefined : SchemaAST.toType(query.ast)
  return ast !== undefined && SchemaAST.isObjects(ast) ? ast.propertySignatures.map(({ name }) => String(name)) : []
}

export const reads: ReadonlyArray<string> = Object.entries(Api.groups).flatMap(([group, { endpoints }]) =>
  Object.values(endpoints as Readonly<Record<string, Endpoint>>).flatMap((endpoint) => {
    if (endpoint.method !== "GET" || endpoint.path.endsWith("/stream")) return []
    const path = endpoint.path
      .replace(":version", "1")
      .replace(":calloutId", `callout-${hex}`)
      .replace(":id", ids[group] ?? "kept")
      .replace(/:\w+/, "kept")
    const values = membersOf(endpoint).flatMap((member) => {
      const known = samples[member]
      assert.isDefined(known, `${group} ${path}: give samples a value for ${member}`)
      return (known ?? []).map((value) => `${path}?${member}=${encodeURIComponent(value)}`)
    })
    return [path, ...values]
  })
)
