/** The shop behind Fastify. */
import { ManagedRuntime } from "effect"
import Fastify from "fastify"
import { expectSale, warehouse } from "./Partner.ts"
import { sell, shop } from "./Shop.ts"

const runtime = ManagedRuntime.make(shop(process.argv[2], await warehouse()))
const app = Fastify()
app.post<{ Params: { isbn: string } }>("/books/:isbn", ({ params }) => runtime.runPromise(sell(params.isbn)))

await expectSale(await app.listen({ host: "127.0.0.1", port: 0 }))
await app.close()
await runtime.dispose()
