/**
 * One of the seed's use cases, kept in `use-cases/<name>`: settings, an order, and the expected result. Hosts at
 * `<partner>.example.com` stand for the partners of `apps/partners`.
 */
import { existsSync, readFileSync } from "node:fs"

export const useCases = [
  "account-provisioning",
  "fulfilment-validation",
  "entitlement-activation",
  "data-enrichment"
] as const

type Document = Readonly<Record<string, unknown>>

/** The expected state of the order, and the expected requests to the partners. */
export interface Expected {
  readonly state: string
  readonly status: string
  readonly steps: Readonly<Record<string, string>>
  readonly error?: string
  readonly externalIds?: Readonly<Record<string, string>>
  /** `<partner> <method> <path>`, in order of arrival; tokens aside. */
  readonly requests: ReadonlyArray<string>
  /** By request: the text that its body contains. */
  readonly bodies?: Readonly<Record<string, string>>
}

export interface UseCase {
  readonly name: string
  readonly pipelines: ReadonlyArray<Document & { readonly name: string }>
  readonly authProviders: ReadonlyArray<Document & { readonly name: string }>
  /** The instructions for the partners before the order is sent. */
  readonly scripts: Document
  readonly orders: ReadonlyArray<{ readonly order: Document & { readonly id: string }; readonly expected: Expected }>
}

/** Hosts become the partners' origins, secrets of the environment their values: the API takes no `{ "env": … }`. */
const prepared = (
  json: unknown,
  origins: Readonly<Record<string, string>>,
  secrets: Readonly<Record<string, string>>
): unknown => {
  const origin = (partner: string): string => {
    const found = origins[partner]
    if (found === undefined) throw new Error(`no partner is called ${partner}`)
    return found
  }
  const replaced = (value: unknown): unknown => {
    if (typeof value === "string") {
      return value.replace(/https:\/\/([a-z]+)\.example\.com/g, (_, partner: string) => origin(partner))
        .replace(/^([a-z]+)\.example\.com$/, (_, partner: string) => new URL(origin(partner)).host)
    }
    if (Array.isArray(value)) return value.map(replaced)
    if (typeof value !== "object" || value === null) return value
    if ("env" in value && typeof value.env === "string") return secrets[value.env] ?? ""
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, replaced(member)]))
  }
  return replaced(json)
}

/** Reads a use case, for partners at these origins. */
export const readUseCase = (
  name: string,
  origins: Readonly<Record<string, string>>,
  secrets: Readonly<Record<string, string>>
): UseCase => {
  const file = (base: string) => new URL(`../use-cases/${name}/${base}.json`, import.meta.url)
  const json = (base: string) => JSON.parse(readFileSync(file(base), "utf8"))
  const settings = prepared(json("settings"), origins, secrets) as Pick<UseCase, "pipelines" | "authProviders">
  const orders = ["", ".refused"].filter((suffix) => existsSync(file(`order${suffix}`)))
  return {
    name,
    pipelines: settings.pipelines,
    authProviders: settings.authProviders,
    scripts: existsSync(file("partners")) ? json("partners") : {},
    orders: orders.map((suffix) => ({ order: json(`order${suffix}`), expected: json(`expected${suffix}`) }))
  }
}

export interface Seen {
  readonly order: Document & { readonly status?: string; readonly externalIds?: ReadonlyArray<Document> }
  readonly processEvent: {
    readonly state: string
    readonly steps: ReadonlyArray<{
      readonly id: string
      readonly state: string
      readonly error?: { readonly message: string }
    }>
  }
  readonly requests: ReadonlyArray<{ readonly line: string; readonly body: string }>
}

const same = (what: string, got: unknown, wanted: unknown): ReadonlyArray<string> =>
  JSON.stringify(got) === JSON.stringify(wanted)
    ? []
    : [`${what}: ${JSON.stringify(got)} instead of ${JSON.stringify(wanted)}`]

/** The differences from the expected result, in words; empty if there are none. */
export const faultsOf = (expected: Expected, { order, processEvent, requests }: Seen): ReadonlyArray<string> => {
  const error = processEvent.steps.find((step) => step.error !== undefined)?.error?.message
  return [
    ...same("the run", processEvent.state, expected.state),
    ...same("the order's status", order.status, expected.status),
    ...same("the steps", Object.fromEntries(processEvent.steps.map(({ id, state }) => [id, state])), expected.steps),
    ...same("the error", error, expected.error),
    ...same("the requests", requests.map(({ line }) => line), expected.requests),
    ...Object.entries(expected.externalIds ?? {}).flatMap(([provider, id]) =>
      same(provider, order.externalIds?.find(({ providerName }) => providerName === provider)?.["id"], id)
    ),
    ...Object.entries(expected.bodies ?? {}).flatMap(([line, text]) =>
      requests.find((request) => request.line === line)?.body.includes(text) === true
        ? []
        : [`the body of ${line} does not hold ${text}`]
    )
  ]
}
