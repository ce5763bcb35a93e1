/** The baseline's webhooks in a process of their own: takes events in at the rate that the runner names, and sends. */
import { secretBytes } from "@sluice/domain/webhook/SigningSecret"
import { Redacted } from "effect"
import { createSecretKey } from "node:crypto"
import { endpointsOf, given } from "../deliveries/Endpoints.ts"
import { body, type } from "../deliveries/Event.ts"
import { type Load, run } from "../deliveries/OpenLoop.ts"
import { uuidV7 } from "./Uuid.ts"
import { open } from "./Webhooks.ts"

const { databaseUrl, urls } = given()
const webhooks = await open(
  databaseUrl,
  endpointsOf(urls, [type]).map(({ id, secrets: [secret], url }) => ({
    id,
    url,
    key: createSecretKey(Buffer.from(secret === undefined ? "" : secretBytes(Redacted.value(secret.secret)) ?? ""))
  }))
)

const store = async () => {
  const id = uuidV7()
  const createdAt = Date.now()
  await webhooks.store(id, createdAt, body(id, createdAt))
  return id
}

process.on("message", (load: Load | "end") => {
  if (load === "end") void webhooks.close().then(() => process.exit())
  else void run(load, store).then((committed) => process.send?.(committed))
})
process.once("disconnect", () => process.exit())
process.send?.("ready")
