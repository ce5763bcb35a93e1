import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, layer } from "@effect/vitest"
import * as LoopbackServer from "@sluice/http-client/internal/testing/LoopbackServer"
import { DatabaseTest } from "@sluice/persistence/testing/DatabaseTest"
import { Console, Context, Effect, Layer, Redacted } from "effect"
import { execFile, spawn } from "node:child_process"
import { createHmac } from "node:crypto"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { createServer, type IncomingHttpHeaders } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"
import { fileURLToPath } from "node:url"
import { run } from "../src/Program.ts"

const key = "an-api-key-of-tests"
const main = (app: string) => fileURLToPath(new URL(`../../${app}/src/main.ts`, import.meta.url))
const node = ["--conditions=@sluice/source"]

/** A server as a process, a partner that answers what it is told, and a directory for files. */
class Stage extends Context.Service<Stage, {
  readonly url: string
  readonly partner: { readonly url: string; status: number }
  readonly file: (name: string, content: unknown) => Effect.Effect<string>
}>()("@sluice/cli/test/Stage") {
  static readonly layer = Layer.effect(
    Stage,
    Effect.gen(function*() {
      const { url: database } = yield* DatabaseTest
      const state = { url: "", status: 200 }
      const partner = createServer((request, response) => {
        request.resume()
        response.writeHead(state.status, { "content-type": "application/json" }).end(`{"accountId":"ACC-1"}`)
      })
      state.url = `http://127.0.0.1:${yield* LoopbackServer.listen(partner)}`
      const directory = yield* Effect.acquireRelease(
        Effect.promise(() => mkdtemp(join(tmpdir(), "sluice-cli-"))),
        (path) => Effect.promise(() => rm(path, { recursive: true, force: true }))
      )
      const child = yield* Effect.acquireRelease(
        Effect.sync(() =>
          spawn(process.execPath, [...node, main("server")], {
            env: {
              PATH: process.env["PATH"],
              NODE_COMPILE_CACHE: process.env["NODE_COMPILE_CACHE"],
              PORT: "0",
              DATABASE_URL: Redacted.value(database),
              SLUICE_API_KEYS: `tests=${key}`,
              SLUICE_ALLOW_NETWORKS: "127.0.0.0/8",
              SLUICE_ENCRYPTION_KEY: Buffer.alloc(32, 1).toString("base64")
            },
            stdio: ["ignore", "pipe", "pipe"]
          })
        ),
        (one) => Effect.sync(() => one.kill("SIGKILL"))
      )
      const url = yield* Effect.callback<string>((resume) => {
        let said = ""
        const listen = (chunk: Buffer) => {
          said += chunk.toString()
          const at = /ready at (http:\/\/\S+)/.exec(said)?.[1]
          if (at !== undefined) resume(Effect.succeed(at))
        }
        child.stdout.on("data", listen)
        child.stderr.on("data", listen)
        child.once("exit", () => resume(Effect.die(new Error(said))))
      })
      return {
        url,
        partner: state,
        file: (name, content) => {
          const path = join(directory, name)
          return Effect.as(Effect.promise(() => writeFile(path, JSON.stringify(content))), path)
        }
      }
    })
  ).pipe(Layer.provide(DatabaseTest.layer))
}

/** Runs the words as the process would; gives the exit code and what was said. */
const sluice = Effect.fnUntraced(function*(...words: ReadonlyArray<string>) {
  const { url } = yield* Stage
  const said: Array<string> = []
  const complained: Array<string> = []
  const code = yield* run(words, { url, key }).pipe(Effect.provideService(Console.Console, {
    ...globalThis.console,
    log: (...line: ReadonlyArray<unknown>) => void said.push(line.join(" ")),
    error: (...line: ReadonlyArray<unknown>) => void complained.push(line.join(" "))
  }))
  return { code, said, text: said.join("\n"), complaint: complained.join("\n") }
})

const settings = (partner: string) => ({
  pipelines: [{
    name: "first",
    match: { orderTypes: ["NEW_ORDER"] },
    steps: [{
      name: "calloutPlugin",
      id: "provision",
      critical: true,
      options: {
        endpoint: `${partner}/provision`,
        shouldRejectOn: { status: [500] },
        headers: { "x-token": "s3cret-s3cret" }
      }
    }]
  }]
})

layer(Layer.mergeAll(Stage.layer, NodeHttpClient.layerUndici, NodeServices.layer), { excludeTestServices: true })(
  "sluice",
  (it) => {
    it.effect("apply shows what a settings file would change, and changes nothing without confirmation", () =>
      Effect.gen(function*() {
        const { file, partner } = yield* Stage
        const path = yield* file("settings.json", settings(partner.url))
        const dry = yield* sluice("apply", path, "--dry-run")
        assert.strictEqual(dry.code, 0, dry.complaint)
        assert.include(dry.text, `+ steps[0].options.endpoint: "${partner.url}/provision"`)
        assert.notInclude(dry.text, "s3cret")
        const unasked = yield* sluice("apply", path)
        assert.deepStrictEqual([unasked.code, unasked.complaint], [
          2,
          "sluice: Nothing was changed: give --yes to apply this, or --dry-run to see it only"
        ])
        assert.strictEqual((yield* sluice("apply", path, "--yes")).code, 0)
        assert.include((yield* sluice("apply", path, "--dry-run")).said, "keep pipeline first")
      }))

    it.effect("submits an order, follows its run, exits with the run's result, and fits 80 columns", () =>
      Effect.gen(function*() {
        const { file, partner } = yield* Stage
        yield* sluice("apply", yield* file("settings.json", settings(partner.url)), "--yes")
        const order = yield* file("order.json", { orderType: "NEW_ORDER", id: "web-1" })
        const good = yield* sluice("submit", order, "--wait")
        assert.strictEqual(good.code, 0, good.complaint)
        assert.isTrue(good.said.some((line) => line.includes("› provision #1: 200 succeeded")), good.text)
        const shown = yield* sluice("show", "web-1")
        assert.include(shown.text, "✓ provision  calloutPlugin, critical")
        for (const line of shown.text.split("\n")) assert.isAtMost(line.length, 80, line)

        partner.status = 500
        const bad = yield* sluice("submit", yield* file("bad.json", { orderType: "NEW_ORDER", id: "web-2" }), "--wait")
        assert.strictEqual(bad.code, 1)
        assert.match(bad.complaint, /^sluice: The run ended failed: provision: callout plugin failed/)
        partner.status = 200
        const many = yield* sluice("retry-many", "--reason", "it works again", "--state", "failed", "--json")
        assert.deepInclude(JSON.parse(many.text), { state: "completed", done: 1, total: 1 })
        const runs = JSON.parse((yield* sluice("runs", "--order", "web-2", "--json")).text)
        assert.deepStrictEqual(runs.items.map((one: any) => one.state), ["completed", "failed"])
      }))

    it.effect("process runs a pipeline over a stored order", () =>
      Effect.gen(function*() {
        const { file } = yield* Stage
        const definition = { match: { orderTypes: ["STORED"] }, steps: [] }
        yield* sluice("settings", "put", "pipeline", "stored", yield* file("stored.json", definition))
        yield* sluice("submit", yield* file("order.json", { orderType: "STORED", id: "stored-1" }), "--wait")
        const again = yield* sluice("process", "stored-1", "--pipeline", "stored", "--wait")
        assert.strictEqual(again.code, 0, again.complaint)
        const { items } = JSON.parse((yield* sluice("runs", "--order", "stored-1", "--json")).text)
        assert.deepStrictEqual(items.map((one: any) => one.state), ["completed", "completed"])
        yield* sluice("settings", "delete", "pipeline", "stored")
      }))

    it.effect("reads an order, its versions and history, edits it unless it has changed since, and reads what followed", () =>
      Effect.gen(function*() {
        const { file } = yield* Stage
        const definition = { match: { orderTypes: ["NEW_ORDER"] }, priority: 5, steps: [] }
        yield* sluice("settings", "put", "pipeline", "read", yield* file("read.json", definition))
        const order = {
          id: "read-1",
          orderType: "NEW_ORDER",
          customerId: "ada",
          customerEmail: "ada@example.com",
          orderItems: [{ name: "Magazine", offer: { name: "Monthly", products: [{ id: "p1" }] } }]
        }
        yield* sluice("submit", yield* file("read-order.json", order), "--wait")
        const json = (...words: ReadonlyArray<string>) =>
          Effect.map(sluice(...words, "--json"), ({ complaint, text }) => {
            assert.strictEqual(complaint, "", words.join(" "))
            return JSON.parse(text)
          })
        const { version } = yield* json("orders", "show", "read-1")
        const edited = yield* sluice(
          "orders",
          "edit",
          "read-1",
          `{ "status": "Shipped" }`,
          "--if-version",
          `${version}`
        )
        assert.strictEqual(edited.text, `read-1 is version ${version + 1}, status Shipped`, edited.complaint)
        const late = yield* sluice("orders", "edit", "read-1", `{ "status": "Late" }`, "--if-version", `${version}`)
        assert.deepStrictEqual([late.code, (yield* sluice("orders", "edit", "read-1", "[]")).code], [3, 2])
        assert.notStrictEqual((yield* json("orders", "show", "read-1", "--version", "1")).status, "Shipped")
        assert.match((yield* sluice("orders", "history", "read-1")).text, /OrderCreated .*\n(.*\n)*.*Shipped/)
        assert.strictEqual((yield* json("customers", "show", "ada")).id, "ada")
        assert.match((yield* sluice("customers", "list")).text, /^ada .*ada@example\.com$/m)
        const { items: [subscription] } = yield* json("subscriptions", "list", "--customer", "ada")
        assert.strictEqual((yield* json("subscriptions", "show", subscription.id)).orderId, "read-1")
        assert.match(
          (yield* sluice("subscriptions", "history", subscription.id)).text,
          /^1 .* active +read-1 +process/m
        )
        assert.match((yield* sluice("pipelines", "versions", "read")).text, /^1 /m)
        const { items: [refused, record] } = yield* json("audit", "--action", "order.update")
        assert.match((yield* sluice("audit", "show", refused.id)).text, /^refused +412$/m)
        const audited = yield* sluice("audit", "show", record.id)
        assert.strictEqual(audited.said[0], "order.update /v1/orders/read-1")
        assert.include(audited.text, `"version": ${version + 1}`)
        yield* sluice("settings", "delete", "pipeline", "read")
        yield* sluice("partners", "pause", "partner.example", "--reason", "they rang")
        assert.match(
          (yield* sluice("partners", "show", "partner.example")).text,
          /^paused {2}partner.example\nreason +they rang$/m
        )
        yield* sluice("partners", "resume", "partner.example")
      }))

    it.effect("shows what the server is, has and does: its health, its rights, plugins, event types, activity", () =>
      Effect.gen(function*() {
        assert.strictEqual((yield* sluice("health")).text, "ready")
        assert.match((yield* sluice("whoami")).text, /^tests: admin\nmay use what needs .*read/)
        assert.match((yield* sluice("plugins")).text, /^calloutPlugin +options +\S/m)
        assert.include((yield* sluice("plugins", "calloutPlugin")).text, `"timeoutValue"`)
        assert.match((yield* sluice("event-types")).text, /^order\.failed +\S/m)
        assert.include((yield* sluice("event-types", "order.failed")).text, "An example of the body:")
        const unknown = yield* sluice("event-types", "order.nothing")
        assert.deepStrictEqual([unknown.code, unknown.complaint.includes("is not known: it is one of")], [2, true])
        assert.match((yield* sluice("overview")).text, /^completed +\d/m)
      }))

    it.effect("a single setting is read, changed unless it has changed since, and deleted", () =>
      Effect.gen(function*() {
        const { file, partner } = yield* Stage
        const { pipelines: [first] } = settings(partner.url)
        const { name: _, ...definition } = first!
        const words = ["pipeline", "single"] as const
        const made = yield* sluice("settings", "put", ...words, yield* file("single.json", definition))
        assert.deepStrictEqual([made.code, made.said[0]], [0, "single is version 1"], made.complaint)
        const read = yield* sluice("settings", "get", ...words)
        assert.notInclude(read.text, "s3cret")
        const edited = { ...JSON.parse(read.text), priority: 3 }
        const path = yield* file("edited.json", edited)
        assert.strictEqual(
          (yield* sluice("settings", "put", ...words, path, "--if-version", "1")).said[0],
          "single is version 2"
        )
        assert.strictEqual((yield* sluice("settings", "put", ...words, path, "--if-version", "1")).code, 3)
        const before = yield* sluice("settings", "get", ...words, "--version", "1", "--json")
        assert.notProperty(JSON.parse(before.text), "priority")
        assert.match((yield* sluice("settings", "list", "pipeline")).text, /^single +2 +\S+Z +NEW_ORDER$/m)
        assert.strictEqual((yield* sluice("settings", "get", "connector", "none", "--version", "1")).code, 2)
        const hook = { url: `${partner.url}/hook`, types: ["order.submitted"] }
        const endpoint = yield* sluice(
          "settings",
          "put",
          "webhook-endpoint",
          "single-hook",
          yield* file("one.json", hook)
        )
        assert.match(endpoint.text, /^secret whsec_\S+, shown this once$/m)
        const rotated = yield* sluice("settings", "rotate-secret", "single-hook")
        assert.match(rotated.text, /^secret whsec_\S+, shown this once/)
        assert.notInclude(endpoint.text, /whsec_\S+(?=,)/.exec(rotated.text)?.[0] ?? "none")
        for (const [kind, id] of [words, ["webhook-endpoint", "single-hook"]] as const) {
          assert.strictEqual((yield* sluice("settings", "delete", kind, id)).text, `${id} is deleted`)
          assert.strictEqual((yield* sluice("settings", "get", kind, id)).code, 3)
        }
      }))

    it.effect("a connector's test says what the partner answered, and its exit code if the connector is ready", () =>
      Effect.gen(function*() {
        const { file, partner } = yield* Stage
        const connector = { name: "n", host: `${partner.url}/tried`, bearerToken: "a-s3cret-token" }
        yield* sluice("settings", "put", "connector", "tried", yield* file("tried.json", connector))
        partner.status = 200
        const ready = yield* sluice("settings", "test", "connector", "tried", "--head")
        assert.strictEqual(ready.code, 0, ready.complaint)
        assert.include(ready.text, "/tried answered 200 to HEAD with the connector's bearer token")
        partner.status = 401
        const refused = yield* sluice("settings", "test", "connector", "tried")
        assert.strictEqual(refused.code, 1)
        assert.include(refused.text, "the partner refused the credentials")
        assert.notInclude(refused.text, "s3cret")
        const foreign = yield* sluice(
          "settings",
          "test",
          "connector",
          "tried",
          "--address",
          "https://stranger.example/"
        )
        assert.strictEqual(foreign.code, 3, foreign.complaint)
        assert.include(foreign.complaint, "is not at its Host, which the credentials are for")
        partner.status = 200
        yield* sluice("settings", "delete", "connector", "tried")
      }))

    it.effect("timeline shows an order's record below its causes, and why explains a value back to the submission", () =>
      Effect.gen(function*() {
        const { file, partner } = yield* Stage
        const { pipelines: [first] } = settings(partner.url)
        const definition = { ...first, name: "told", match: { orderTypes: ["EXPLAINED"] }, completedStatus: "Active" }
        yield* sluice("settings", "put", "pipeline", "told", yield* file("told.json", definition))
        yield* sluice("submit", yield* file("explained.json", { orderType: "EXPLAINED", id: "explained" }), "--wait")
        const { text } = yield* sluice("timeline", "explained")
        assert.match(text, /^\+\d+ ms +submitted {2}/m)
        assert.match(text, /^\+\d.* {2}\S* {4,}callout {2}/m)
        const json = JSON.parse((yield* sluice("timeline", "explained", "--json")).text)
        assert.strictEqual(json.items[0].kind, "submitted")
        const why = yield* sluice("why", "explained", "/status")
        assert.strictEqual(why.said[0], `/status is "Active" since version 2`, why.complaint)
        assert.match(why.text, /setting {2}pipeline told v1 saved by/)
        assert.match(why.text, /submitted {2}/)
        assert.include((yield* sluice("why", "explained", "/status", "--version", "1")).said[0], "since version 1")
        assert.strictEqual((yield* sluice("why", "explained", "status")).code, 3)
        yield* sluice("settings", "delete", "pipeline", "told")
      }))

    it.effect("shows a delivery with the request that was sent", () =>
      Effect.gen(function*() {
        const { file, partner } = yield* Stage
        const webhookEndpoints = [{ id: "told", url: `${partner.url}/told`, types: ["order.submitted"] }]
        yield* sluice("apply", yield* file("told.json", { ...settings(partner.url), webhookEndpoints }), "--yes")
        const order = { orderType: "NEW_ORDER", id: "told-1" }
        yield* sluice("submit", yield* file("told-order.json", order), "--wait")
        const [id = ""] = /delivery-[0-9a-f]{32}/.exec((yield* sluice("deliveries", "--order", "told-1")).text) ?? []
        const shown = yield* sluice("delivery", id)
        assert.include(shown.said, `POST ${partner.url}/told`, shown.complaint)
        assert.include(shown.said, "webhook-type: order.submitted")
        assert.include(shown.text, `"id": "told-1"`)
        yield* sluice("apply", yield* file("told.json", { webhookEndpoints: [] }), "--yes")
      }))

    it.effect("listen forwards an endpoint's messages with their bytes and signature, in order", () =>
      Effect.gen(function*() {
        const { file, partner } = yield* Stage
        const secret = `whsec_${Buffer.alloc(24, 7).toString("base64")}`
        const webhookEndpoints = [
          { id: "listened", url: `${partner.url}/listened`, types: ["order.submitted"], secret, disabled: true }
        ]
        yield* sluice("apply", yield* file("listened.json", { ...settings(partner.url), webhookEndpoints }), "--yes")
        for (const id of ["listened-1", "listened-2"]) {
          yield* sluice("submit", yield* file("listened-order.json", { orderType: "NEW_ORDER", id }), "--wait")
        }
        const got: Array<{ readonly headers: IncomingHttpHeaders; readonly body: string }> = []
        const receiver = createServer((request, response) => {
          let body = ""
          request.setEncoding("utf8").on("data", (text: string) => {
            body += text
          }).once("end", () => {
            got.push({ headers: request.headers, body })
            response.writeHead(204).end()
          })
        })
        const to = `http://127.0.0.1:${yield* LoopbackServer.listen(receiver)}/hooks`
        const words = ["listen", "--endpoint", "listened", "--to", to, "--after", "0", "--count", "2"]
        const { code, complaint, said } = yield* sluice(...words, "--json")
        assert.strictEqual(code, 0, complaint)
        assert.deepStrictEqual(said.map((line) => JSON.parse(line).status), [204, 204])
        assert.deepStrictEqual(got.map(({ body }) => JSON.parse(body).id), ["listened-1", "listened-2"])
        for (const { body, headers } of got) {
          const signed = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`
          const signature = createHmac("sha256", Buffer.alloc(24, 7)).update(signed).digest("base64")
          assert.strictEqual(headers["webhook-signature"], `v1,${signature}`)
          assert.strictEqual(headers["webhook-type"], "order.submitted")
        }
        receiver.closeAllConnections()
        receiver.close()
        const gone = yield* sluice(...words)
        assert.include(gone.text, `no connection to ${to}  order.submitted`)
        yield* sluice("apply", yield* file("listened.json", { webhookEndpoints: [] }), "--yes")
      }))

    it.effect("creates, lists and deletes API keys, shows a key once, and lists the audit records", () =>
      Effect.gen(function*() {
        const { url } = yield* Stage
        const first = yield* sluice("create-api-key", "root", "--role", "admin")
        assert.deepStrictEqual([first.code, first.said.length], [0, 1], first.complaint)
        assert.match(first.text, /^sluice_[\w-]{43}$/)
        const shop = yield* sluice("create-api-key", "shop", "--role", "read", "--role", "submit", "--json")
        const { id, key: made, roles } = JSON.parse(shop.text)
        assert.deepStrictEqual(roles, ["read", "submit"])
        const listed = yield* sluice("api-keys")
        assert.match(listed.text, /shop +read\+submit/)
        assert.notInclude(listed.text, made)
        const forbidden = yield* sluice("audit", "--key", made)
        assert.strictEqual(forbidden.code, 3)
        assert.match(forbidden.complaint, /needs admin.*\(403\)\nSet SLUICE_API_KEY/)
        assert.notInclude(forbidden.complaint, url)
        assert.strictEqual((yield* sluice("delete-api-key", id)).code, 0)
        const audit = yield* sluice("audit", "--actor", "tests", "--action", "api_key.create")
        assert.match(audit.text, /tests +api_key\.create +\/v1\/api-keys/)
        assert.strictEqual((yield* sluice("orders", "--key", made)).code, 3)
      }))

    it.effect("simulate plans an order, and marks requests that depend on the answer of another", () =>
      Effect.gen(function*() {
        const { file, partner } = yield* Stage
        const { pipelines: [definition] } = settings(partner.url)
        const planned = yield* sluice(
          "plan",
          "first",
          "--definition",
          yield* file("definition.json", definition),
          "--order",
          yield* file("order.json", { orderType: "NEW_ORDER" })
        )
        assert.strictEqual(planned.code, 0, planned.complaint)
        assert.include(planned.text, `POST ${partner.url}/provision`)
        assert.include(planned.text, "x-token: [redacted]")
        assert.include(planned.text, "no recorded answer: provision")
      }))

    it.effect("an error says what to change, and the exit code tells a user's mistake from a failure of the server", () =>
      Effect.gen(function*() {
        const { file } = yield* Stage
        const order = yield* file("order.json", { orderType: "NOTHING_TAKES_THIS" })
        const refused = yield* sluice("submit", order, "--json")
        assert.deepStrictEqual([refused.code, JSON.parse(refused.complaint).error.status], [3, 422])
        const unauthorized = yield* sluice("runs", "--key", "a-wrong-key-of-tests")
        assert.strictEqual(unauthorized.code, 3)
        assert.include(unauthorized.complaint, "SLUICE_API_KEY")
        assert.notInclude(unauthorized.complaint, "a-wrong-key-of-tests")
        const away = yield* sluice("runs", "--url", "http://127.0.0.1:9")
        assert.strictEqual(away.code, 4)
        assert.include(away.complaint, "Set SLUICE_URL")
        assert.strictEqual((yield* sluice("submit", "no-such-file.json")).code, 2)
      }))

    it.effect("shows a generated secret once, keeps it over an update, redelivers webhooks, and cancels running work", () =>
      Effect.gen(function*() {
        const { file, partner } = yield* Stage
        const path = yield* file("hook.json", {
          webhookEndpoints: [{ id: "hook", url: `${partner.url}/hook`, types: ["cancel.attempted"] }]
        })
        assert.match(
          (yield* sluice("apply", path, "--yes")).text,
          /^webhookEndpoint hook: secret whsec_\S+, shown this once$/m
        )
        const again = yield* sluice("apply", path, "--yes")
        assert.include(again.said, "keep webhookEndpoint hook")
        assert.notInclude(again.text, "whsec_")
        const replayed = yield* sluice("replay", "hook", "--since", "1h")
        assert.strictEqual(replayed.code, 0, replayed.complaint)
        assert.match(replayed.said[0] ?? "", /^replay replay-/)
        assert.strictEqual(replayed.said.at(-1), "completed: 0 replayed, 0 to come")
        const id = replayed.said[0]?.slice("replay ".length) ?? ""
        assert.strictEqual((yield* sluice("stop", id)).code, 2)
        const late = yield* sluice("stop", id, "--endpoint", "hook")
        assert.deepStrictEqual([late.code, late.text], [0, `completed: ${id}`], late.complaint)
      }))

    it.effect.each(
      [
        [["runs", "--since", "yesterday", "--json"], "2h, 30m or 7d"],
        [["runs", "--limit", "0", "--json"], "from 1 to 200"],
        [["runs", "--url", "nowhere"], "nowhere is no address"],
        [["runs", "--key", "a-key\n"], "SLUICE_API_KEY"],
        [["check-partner", "nowhere"], "nowhere cannot be checked"]
      ] as const
    )("arguments that cannot be used are named, and no request is sent: %j", ([words, says]) =>
      Effect.gen(function*() {
        const { code, complaint, text } = yield* sluice(...words)
        assert.deepStrictEqual([code, text], [2, ""])
        assert.include(words.some((word) => word === "--json") ? JSON.parse(complaint).error.detail : complaint, says)
      }))

    it.effect("reports an answer that does not come from Sluice", () =>
      Effect.gen(function*() {
        const { partner } = yield* Stage
        const { code, complaint } = yield* sluice("runs", "--url", partner.url)
        assert.deepStrictEqual([code, complaint.includes(`${partner.url} cannot be reached or does not answer`)], [
          4,
          true
        ])
      }))

    it.effect("runs as a process that reads standard input and prints JSON", () =>
      Effect.gen(function*() {
        const { file, partner, url } = yield* Stage
        yield* sluice("apply", yield* file("settings.json", settings(partner.url)), "--yes")
        const { code, out } = yield* Effect.callback<{ readonly code: number; readonly out: string }>((resume) => {
          const child = execFile(process.execPath, [...node, main("cli"), "submit", "--json"], {
            env: {
              PATH: process.env["PATH"],
              NODE_COMPILE_CACHE: process.env["NODE_COMPILE_CACHE"],
              SLUICE_URL: url,
              SLUICE_API_KEY: key
            }
          }, (error, out) => resume(Effect.succeed({ code: Number(error?.code ?? 0), out })))
          child.stdin?.end(JSON.stringify({ orderType: "NEW_ORDER", id: "piped" }))
        })
        assert.strictEqual(code, 0)
        assert.strictEqual(JSON.parse(out).orderId, "piped")
      }))
  }
)
