/** The endpoints of a benchmark, in the settings' tables as the product writes them, and as both sides use them. */
import { decodeWebhookEndpoint } from "@sluice/domain/settings/WebhookEndpointDocument"
import { type WebhookEndpoint } from "@sluice/domain/webhook/WebhookEndpoint"
import type pg from "pg"

/** As a document of the settings. */
const documentOf = (url: string, types: ReadonlyArray<string>) => ({
  url,
  types: [...types],
  secret: `whsec_${Buffer.from(`a secret of 24 bytes for ${url}`).toString("base64")}`
})

export const idOf = (number: number): string => `endpoint-${String(number).padStart(3, "0")}`

export const endpointsOf = (
  urls: ReadonlyArray<string>,
  types: ReadonlyArray<string>
): ReadonlyArray<WebhookEndpoint> =>
  urls.map((url, n) => {
    const decoded = decodeWebhookEndpoint(idOf(n), documentOf(url, types))
    if ("faults" in decoded) throw new Error(JSON.stringify(decoded.faults))
    return decoded.endpoint
  })

/** Stores the rows that the fan-out reads. */
export const store = async (client: pg.Client, urls: ReadonlyArray<string>, types: ReadonlyArray<string>) => {
  for (const [n, url] of urls.entries()) {
    await client.query("insert into webhook_endpoints (id, version, document, types) values ($1, 1, $2, $3)", [
      idOf(n),
      JSON.stringify(documentOf(url, types)),
      types
    ])
  }
}

/** The values that the runner gave the side to work with. */
export const given = (): {
  readonly databaseUrl: string
  readonly urls: ReadonlyArray<string>
  /** An order's side sends what its orders make. */
  readonly sends: boolean
} => ({
  sends: process.env["BENCH_SENDS"] === "yes",
  databaseUrl: process.env["BENCH_DATABASE_URL"] ?? "",
  urls: JSON.parse(process.env["BENCH_ENDPOINT_URLS"] ?? "[]") as ReadonlyArray<string>
})
