/** `settings list`, `get`, `put`, `create`, `delete`, `test`: one setting at a time, as the API stores it. `apply` writes a whole file. */
import { ApiClient } from "@sluice/api/ApiClient"
import { redacted } from "@sluice/domain/redaction/Redaction"
import type { SettingsKind } from "@sluice/domain/settings/SettingsDocument"
import { Effect, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { exitCodes, Failure, usage } from "../terminal/Failure.ts"
import { cursorFlag, document, fileArgument, given, limitFlag, versionFlag } from "../terminal/Input.ts"
import { Output } from "../terminal/Output.ts"
import { table } from "../terminal/Table.ts"
import { more, second } from "./Orders.ts"

/** The group of endpoints of each kind of setting. */
export const groups = {
  authProvider: "authProviders",
  connector: "connectors",
  pipeline: "pipelines",
  webhookEndpoint: "webhookEndpoints"
} as const satisfies Record<SettingsKind, string>

/** The signing secret that the server made for an endpoint whose document has none; it is shown this once. */
export const madeSecret = (
  kind: SettingsKind,
  sent: Readonly<Record<string, unknown>>,
  written: Readonly<Record<string, unknown>>
): string | undefined => {
  const { secret } = written
  return kind === "webhookEndpoint" && !("secret" in sent) && typeof secret === "string" && secret !== redacted
    ? secret
    : undefined
}

const kind = Argument.ChoiceWithValue(
  "kind",
  [
    ["pipeline", "pipeline"],
    ["connector", "connector"],
    ["auth-provider", "authProvider"],
    ["webhook-endpoint", "webhookEndpoint"]
  ] as const satisfies ReadonlyArray<readonly [string, SettingsKind]>
).pipe(
  Argument.withDescription("pipeline, connector, auth-provider or webhook-endpoint")
)

const id = Argument.String("id").pipe(Argument.withDescription("The setting's name or id"))

const ifVersion = versionFlag("if-version", "Only where this is the stored version; else nothing is changed")

const headersOf = (version: Option.Option<number>) => given("if-match", Option.map(version, (one) => `"${one}"`))

const text = (member: unknown): string => typeof member === "string" ? member : ""

/** The part of a setting that tells it from its neighbours: the order types or the address. */
const about = (setting: Readonly<Record<string, unknown>>): string => {
  const { match } = setting
  const types = typeof match === "object" && match !== null && "orderTypes" in match ? match.orderTypes : undefined
  return Array.isArray(types)
    ? types.join(", ")
    : text(setting["url"]) || text(setting["domain"]) || text(setting["tokenUrl"])
}

const list = Command.make(
  "list",
  { kind, limit: limitFlag, cursor: cursorFlag },
  Effect.fnUntraced(function*({ cursor, kind, limit }) {
    const client = yield* ApiClient
    const output = yield* Output
    const page = yield* client[groups[kind]].list({ query: { limit, ...given("cursor", cursor) } })
    yield* output.result(page, (style) => [
      ...table(page.items, [
        { title: "ID", of: (one) => text(one["id"]) || text(one["name"]) },
        { title: "VERSION", of: ({ version }) => String(version) },
        { title: "UPDATED", of: ({ updatedAt }) => second(updatedAt) },
        { title: "ABOUT", of: about, flexible: true }
      ], style),
      ...more(page.nextCursor)
    ])
  })
).pipe(Command.withDescription("List the settings of a kind"))

const get = Command.make(
  "get",
  { kind, id, version: versionFlag("version", "This version of a pipeline; else the stored one") },
  Effect.fnUntraced(function*({ id, kind, version }) {
    const client = yield* ApiClient
    const output = yield* Output
    if (Option.isSome(version) && kind !== "pipeline") {
      return yield* usage("--version is for pipelines: of other settings the newest version is kept alone")
    }
    const setting = Option.isSome(version)
      ? yield* client.pipelines.version({ params: { id, version: version.value } })
      : yield* client[groups[kind]].get({ params: { id } })
    yield* output.result(setting, () => [JSON.stringify(setting, undefined, 2)])
  })
).pipe(
  Command.withDescription("Print a setting as JSON, in the form that `put` takes; secrets read [redacted]"),
  Command.withExamples([
    { command: "sluice settings get pipeline first > first.json", description: "Into a file, to be edited" }
  ])
)

const put = Command.make(
  "put",
  {
    kind,
    id,
    file: fileArgument,
    ifVersion,
    lenient: Flag.Boolean("lenient").pipe(
      Flag.withDescription("Store members that are not known, with a warning, instead of refusing them"),
      Flag.withDefault(false)
    )
  },
  Effect.fnUntraced(function*({ file, id, ifVersion, kind, lenient }) {
    const client = yield* ApiClient
    const output = yield* Output
    const sent = yield* document(file)
    const written = yield* client[groups[kind]].put({
      params: { id },
      query: lenient ? { lenient: "true" } : {},
      headers: headersOf(ifVersion),
      payload: sent
    })
    const secret = madeSecret(kind, sent, written)
    yield* output.result(written, () => [
      `${id} is version ${written.version}`,
      ...(written.warnings ?? []).map((warning) => `warning: ${warning}`),
      ...(secret === undefined ? [] : [`secret ${secret}, shown this once`])
    ])
  })
).pipe(
  Command.withDescription(
    "Create or replace a setting from a file or standard input; [redacted] keeps a stored secret"
  ),
  Command.withExamples([
    {
      command: "sluice settings put pipeline first first.json --if-version 3",
      description: "Unless it has changed since"
    }
  ])
)

const remove = Command.make(
  "delete",
  { kind, id, ifVersion },
  Effect.fnUntraced(function*({ id, ifVersion, kind }) {
    const client = yield* ApiClient
    const output = yield* Output
    yield* client[groups[kind]].remove({ params: { id }, headers: headersOf(ifVersion) })
    yield* output.result({ id, deleted: true }, () => [`${id} is deleted`])
  })
).pipe(Command.withDescription("Delete a setting; refused while another one refers to it"))

const test = Command.make(
  "test",
  {
    kind: Argument.ChoiceWithValue(
      "kind",
      [["connector", "connector"], ["auth-provider", "authProvider"]] as const
    ).pipe(Argument.withDescription("connector or auth-provider")),
    id,
    // Not `url`: that is the server's, to which the key goes.
    address: Flag.String("address").pipe(
      Flag.withDescription("The address to ask, one that the credentials are for; else the setting's own"),
      Flag.optional
    ),
    head: Flag.Boolean("head").pipe(Flag.withDescription("Send HEAD instead of GET"), Flag.withDefault(false))
  },
  Effect.fnUntraced(function*({ address, head, id, kind }) {
    const client = yield* ApiClient
    const output = yield* Output
    const tested = yield* client[groups[kind]].testConnection({
      params: { id },
      payload: { ...given("url", address), ...(head && { method: "HEAD" as const }) }
    })
    yield* output.result(tested, () => [
      tested.summary,
      ...(tested.request?.body === undefined ? [] : [tested.request.body])
    ])
    if (tested.ok) return
    return yield* new Failure({ message: `${id} is not ready: see above`, code: exitCodes.notCompleted })
  })
).pipe(
  Command.withDescription(
    "Ask a partner once with the stored credentials, or fetch a token, and say what was answered"
  ),
  Command.withExamples([
    { command: "sluice settings test connector my-validation-service", description: "One GET to its Host" },
    { command: "sluice settings test auth-provider zuora", description: "A token, fetched and kept nowhere" }
  ])
)

const rotateSecret = Command.make(
  "rotate-secret",
  { endpoint: Argument.String("endpoint").pipe(Argument.withDescription("The webhook endpoint's id")) },
  Effect.fnUntraced(function*({ endpoint }) {
    const client = yield* ApiClient
    const output = yield* Output
    const rotated = yield* client.webhookEndpoints.rotateSecret({ params: { id: endpoint } })
    yield* output.result(rotated, () => [`secret ${text(rotated["secret"])}, shown this once; for 24 hours both sign`])
  })
).pipe(Command.withDescription("Make a new signing secret for a webhook endpoint"))

const create = Command.make(
  "create",
  {
    kind: Argument.Literals("kind", ["webhook-endpoint"]).pipe(
      Argument.withDescription("webhook-endpoint: the kind whose id the server can choose")
    ),
    file: fileArgument
  },
  Effect.fnUntraced(function*({ file }) {
    const client = yield* ApiClient
    const output = yield* Output
    const sent = yield* document(file)
    const made = yield* client.webhookEndpoints.create({ query: {}, payload: sent })
    const secret = madeSecret("webhookEndpoint", sent, made)
    yield* output.result(made, () => [
      `${text(made["id"])} is created`,
      ...(made.warnings ?? []).map((warning) => `warning: ${warning}`),
      ...(secret === undefined ? [] : [`secret ${secret}, shown this once`])
    ])
  })
).pipe(
  Command.withDescription("Create a webhook endpoint under an id that the server chooses; `put` takes one of yours")
)

export const settings = Command.make("settings").pipe(
  Command.withDescription("Read and change pipelines, connectors, auth providers and webhook endpoints one by one"),
  Command.withSubcommands([list, get, put, create, remove, test, rotateSecret])
)
