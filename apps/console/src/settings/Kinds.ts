/** The four kinds of settings: their names, their addresses, and the example that a new one begins with. */
import type { StoredSettings } from "../api/Documents.ts"
import { parse } from "../api/ExactJson.ts"
import type { JsonSchema } from "./JsonSchema.ts"
import { authProviderSchema, connectorSchema, webhookEndpointSchema } from "./SettingSchemas.ts"

export type Kind = "pipelines" | "connectors" | "authProviders" | "webhookEndpoints"

export interface KindWords {
  readonly title: string
  readonly noun: string
  readonly list: "/pipelines" | "/connectors" | "/auth-providers" | "/webhook-endpoints"
  readonly page: "/pipelines/$id" | "/connectors/$id" | "/auth-providers/$id" | "/webhook-endpoints/$id"
  /** True if the address is the document's `name`; otherwise it is separate from the document. */
  readonly named: boolean
  readonly about: string
}

export const kinds: Readonly<Record<Kind, KindWords>> = {
  pipelines: {
    title: "Pipelines",
    noun: "pipeline",
    list: "/pipelines",
    page: "/pipelines/$id",
    named: true,
    about: "What is done with an order, step by step. The matching one with the highest priority runs."
  },
  connectors: {
    title: "Connectors",
    noun: "connector",
    list: "/connectors",
    page: "/connectors/$id",
    named: false,
    about: "Where workflow steps send orders, with which credentials."
  },
  authProviders: {
    title: "Auth providers",
    noun: "auth provider",
    list: "/auth-providers",
    page: "/auth-providers/$id",
    named: true,
    about: "Credentials for one host each; they go to that host alone."
  },
  webhookEndpoints: {
    title: "Webhook endpoints",
    noun: "webhook endpoint",
    list: "/webhook-endpoints",
    page: "/webhook-endpoints/$id",
    named: false,
    about: "Where events are sent, and how."
  }
}

/** The kind by the last part of the address `/new/…`. */
export const kindOf = (slug: string): Kind | undefined =>
  (Object.keys(kinds) as ReadonlyArray<Kind>).find((kind) => kinds[kind].list === `/${slug}`)

/** The schemas for completion of all settings but pipelines, whose plugins the server names. */
export const schemas: Readonly<Record<Exclude<Kind, "pipelines">, JsonSchema>> = {
  connectors: connectorSchema,
  authProviders: authProviderSchema,
  webhookEndpoints: webhookEndpointSchema
}

const answered: ReadonlySet<string> = new Set([
  "version",
  "createdAt",
  "updatedAt",
  "warnings",
  "paused",
  "disabledReason",
  "disabledAt",
  "failingSince"
])

/**
 * The writable part of an answer: without what the server adds, and without an address that is separate from the
 * document.
 */
export const documentOf = (kind: Kind, stored: StoredSettings): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(stored).filter(([name]) => !answered.has(name) && (name !== "id" || kinds[kind].named))
  )

/** The text shown in the editor. */
export const textOf = (kind: Kind, stored: StoredSettings): string => JSON.stringify(documentOf(kind, stored), null, 2)

export const addressOf = (kind: Kind, stored: StoredSettings): string =>
  String(stored[kinds[kind].named ? "name" : "id"] ?? "")

const templates: Readonly<Record<Kind, unknown>> = {
  pipelines: {
    name: "new-order",
    match: { orderTypes: ["NEW_ORDER"] },
    steps: [
      {
        name: "calloutPlugin",
        id: "provision",
        critical: true,
        options: { endpoint: "https://example.com/api/provision", timeoutValue: 5000 }
      }
    ]
  },
  connectors: { name: "Webhook", connectorId: "my-partner", host: "https://partner.example.com/api/validate" },
  authProviders: { name: "my-partner", domain: "partner.example.com", type: "bearer", token: "" },
  webhookEndpoints: { url: "https://example.com/webhooks", types: ["*"], description: "" }
}

export const templateOf = (kind: Kind): string => JSON.stringify(templates[kind], null, 2)

export type Draft =
  | { readonly document: Readonly<Record<string, unknown>> }
  | { readonly fault: string }

/** Parses the text as a document; otherwise the reason why it is none. */
export const readDraft = (text: string): Draft => {
  try {
    const document = parse(text)
    return typeof document === "object" && document !== null && !Array.isArray(document)
      ? { document: document as Readonly<Record<string, unknown>> }
      : { fault: "must be a JSON object" }
  } catch (error) {
    return { fault: error instanceof Error ? error.message : "is not JSON" }
  }
}
