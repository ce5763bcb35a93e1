/** Every route of the API against the commands: each one has a command that asks it, or a reason why it has none. */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import type { AccessTable } from "@sluice/api/Access"
import { Api } from "@sluice/api/Api"
import { examples } from "@sluice/api/reference/ApiReference"
import { Console, Effect, Layer } from "effect"
import type { Command } from "effect/cli"
import { HttpClient, HttpClientResponse } from "effect/http"
import { HttpApi } from "effect/http-api"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { commandOf, run } from "../src/Program.ts"

/** A command with its arguments, as it is typed; `{file}` is a file that holds `{}`. */
type Asked = string
interface Unasked {
  readonly none: string
}

const run1 = "process_event-01a2051ee4617400b76bed4e9cf2f0df"
const callout1 = "callout-01a2051ee48675819d6291d0e89ff234"

const settings = (kind: string) =>
  ({
    list: `settings list ${kind}`,
    get: `settings get ${kind} one`,
    put: `settings put ${kind} one {file}`,
    remove: `settings delete ${kind} one`
  }) as const

/** A new route without a line here does not compile. */
const commands: {
  readonly [Group in keyof AccessTable]: {
    readonly [Endpoint in keyof AccessTable[Group]]: Asked | Unasked
  }
} = {
  orders: {
    submit: "submit {file}",
    list: "orders --status New --type NEW_ORDER --external-id web-1 --email a@b.c --find 1234 --since 2h --until 1h",
    get: "orders show web-1",
    edit: "orders edit web-1 {} --if-version 4",
    history: "orders history web-1",
    timeline: "timeline web-1",
    why: "why web-1 /status",
    version: "orders show web-1 --version 2",
    process: "process web-1 --pipeline first"
  },
  events: { report: `trigger checkout.initiated --data {} --idempotency-key k` },
  processEvents: {
    list: "runs --state failed --order web-1 --pipeline p --errors --since 2h --until 1h --email a@b.c --find 1234 "
      + "--partner h --step s --outcome rejected --unsettled",
    get: `show ${run1}`,
    callout: `callout ${run1} ${callout1}`,
    stream: `watch ${run1}`,
    cancel: `cancel ${run1}`
  },
  retries: { retry: `retry ${run1}`, resolve: `resolve ${run1} billing --reason paid` },
  jobs: {
    cancelMany: "cancel-many --state queued --reason withdrawn --dry-run",
    retryMany: "retry-many --state failed --reason back --dry-run",
    resolveMany: "resolve-many --state failed --reason paid --dry-run",
    list: "jobs --kind retry --state running",
    get: "jobs show job-1",
    items: "job job-1",
    cancel: "stop job-1"
  },
  callbacks: {
    answer: { none: "it is for partners, who have the token; an operator answers for them with resolve" }
  },
  issues: {
    list: "issues list --state open --pipeline p",
    get: "issues show issue-1",
    acknowledge: "issues acknowledge issue-1",
    resolve: "issues resolve issue-1",
    retry: "issues retry issue-1"
  },
  pipelines: {
    ...settings("pipeline"),
    versions: "pipelines versions one",
    pause: "pipelines pause one --reason r",
    resume: "pipelines resume one --reason r",
    version: "settings get pipeline one --version 1",
    simulate: "simulate one"
  },
  connectors: { ...settings("connector"), testConnection: "settings test connector one" },
  authProviders: { ...settings("auth-provider"), testConnection: "settings test auth-provider one" },
  webhookEndpoints: {
    ...settings("webhook-endpoint"),
    create: "settings create webhook-endpoint {file}",
    rotateSecret: "settings rotate-secret one",
    test: "trigger test --endpoint one",
    replay: "replay one --no-watch",
    getReplay: "replay one --id replay-1 --no-watch",
    feed: "listen --endpoint one --to http://127.0.0.1:9 --after 0 --count 1",
    cancelReplay: "stop replay-1 --endpoint one"
  },
  apiKeys: {
    list: "api-keys",
    create: "create-api-key shop --role read",
    remove: "delete-api-key api_key-1"
  },
  access: { get: "whoami" },
  audit: {
    list: "audit --actor a --action order.update --resource /v1/orders/1 --since 2h --until 1h",
    get: "audit show audit-1"
  },
  deliveries: {
    list: "deliveries --endpoint one --type error --state held --order web-1",
    get: "delivery delivery-1",
    redeliver: "redeliver delivery-1"
  },
  eventTypes: { list: "event-types" },
  partners: {
    list: "partners list",
    get: "partners show example.com",
    put: "partners pause example.com",
    reset: "partners reset example.com"
  },
  plugins: { list: "plugins" },
  customers: { list: "customers list", get: "customers show ada" },
  personalData: { export: "customers export ada", erase: "customers erase ada --reason asked --no-watch" },
  subscriptions: {
    list: "subscriptions list --customer ada --status active --order web-1",
    get: "subscriptions show sub-1",
    history: "subscriptions history sub-1"
  },
  overview: { get: "overview --window 1h" },
  health: { live: "health", ready: "health" }
}

interface Operation {
  readonly id: string
  readonly method: string
  readonly path: RegExp
  /** The names of the query's members. */
  readonly query: ReadonlyArray<string>
}

const operations: Array<Operation> = []
HttpApi.reflect(Api, {
  onGroup: () => {},
  onEndpoint: ({ endpoint, group }) =>
    operations.push({
      id: `${group.identifier}.${endpoint.identifier}`,
      method: endpoint.method,
      path: new RegExp(`^${endpoint.path.replaceAll(/:\w+/g, "[^/]+")}$`),
      query: Object.keys((endpoint.query as { readonly fields?: object } | undefined)?.fields ?? {})
    })
})

const table: Readonly<Record<string, Asked | Unasked>> = Object.fromEntries(
  Object.entries(commands).flatMap(([group, routes]) =>
    Object.entries<Asked | Unasked>(routes).map(([name, asked]) => [`${group}.${name}`, asked])
  )
)

const notFound = {
  type: "urn:sluice:problem:not-found",
  title: "Not found",
  status: 404,
  detail: "There is no such thing",
  errors: []
}

/** The successful answer of the API's example for a request; 404 where it has none. */
const answerTo = (method: string, path: string): Response => {
  if (path === "/health/live") return Response.json({ status: "ok" })
  const asked = operations.find((one) => one.method === method && one.path.test(path))
  const [status, answers] = Object.entries(examples[asked?.id ?? ""]?.answers ?? {}).find(([code]) => code < "300") ??
    []
  return answers === undefined
    ? Response.json(notFound, { status: 404, headers: { "content-type": "application/problem+json" } })
    : Response.json(Object.values(answers)[0], { status: Number(status) })
}

/** The requests of a command, against a server that answers with the examples. */
const requestsOf = Effect.fnUntraced(function*(words: ReadonlyArray<string>) {
  const asked: Array<URL & { readonly method?: string }> = []
  const client = HttpClient.make((request, url) =>
    Effect.sync(() => {
      asked.push(Object.assign(new URL(url), { method: request.method }))
      return HttpClientResponse.fromWeb(request, answerTo(request.method, url.pathname))
    })
  )
  const said: Array<string> = []
  const say = (...line: ReadonlyArray<unknown>) => void said.push(line.join(" "))
  const code = yield* run(words, { url: "http://127.0.0.1:1", key: undefined }).pipe(
    Effect.provideService(Console.Console, { ...globalThis.console, log: say, error: say }),
    Effect.provide(Layer.merge(Layer.succeed(HttpClient.HttpClient, client), NodeServices.layer))
  )
  return { asked, code, text: said.join("\n") }
})

const isAsked = (entry: readonly [string, Asked | Unasked]): entry is [string, Asked] => typeof entry[1] === "string"

const withFile = <A>(use: (file: string) => Effect.Effect<A>) =>
  Effect.acquireUseRelease(
    Effect.sync(() => {
      const directory = mkdtempSync(join(tmpdir(), "sluice-routes-"))
      writeFileSync(join(directory, "empty.json"), "{}")
      return directory
    }),
    (directory) => use(join(directory, "empty.json")),
    (directory) => Effect.sync(() => rmSync(directory, { recursive: true }))
  )

describe("every route of the API", () => {
  it("has a command or a reason why it has none", () => {
    assert.deepStrictEqual(Object.keys(table).toSorted(), operations.map(({ id }) => id).toSorted())
  })

  it.live.each(Object.entries(table).filter(isAsked))(
    "%s is asked by: sluice %s",
    ([id, line]) =>
      withFile((file) =>
        Effect.gen(function*() {
          const words = line.split(" ").map((word) => word === "{file}" ? file : word)
          const { asked, code, text } = yield* requestsOf(words)
          assert.notStrictEqual(code, 2, text)
          const operation = operations.find((one) => one.id === id)!
          const request = asked.find(({ method, pathname }) =>
            method === operation.method && operation.path.test(pathname)
          )
          assert.isDefined(
            request,
            `asked ${asked.map(({ method, pathname }) => `${method} ${pathname}`).join(", ")}\n${text}`
          )
          // A list's command has a flag for each member of its query.
          if (operation.id.endsWith(".list")) {
            const given = [...request!.searchParams.keys(), "cursor"]
            assert.deepStrictEqual(operation.query.filter((name) => !given.includes(name)), [])
          }
        })
      )
  )
})

/** The commands as they are typed, without their arguments. */
const typed = (command: Command.Command.Any, before: ReadonlyArray<string> = []): ReadonlyArray<string> =>
  command.subcommands.flatMap(({ commands }) => commands).flatMap((one) => {
    const words = [...before, one.name]
    const below = typed(one, words)
    return below.length === 0 ? [words.join(" ")] : below
  })

it("every command is on its page in the docs", () => {
  const page = readFileSync(new URL("../../../docs/command-line.md", import.meta.url), "utf8")
  const named = [...page.matchAll(/`(?:sluice )?([a-z][a-z -]*)/g)].map(([, words = ""]) => words.trim())
  const missing = typed(commandOf({ url: "http://127.0.0.1:1", key: undefined })).filter((words) =>
    !named.some((one) => one === words || one.startsWith(`${words} `))
  )
  assert.deepStrictEqual(missing, [])
})
