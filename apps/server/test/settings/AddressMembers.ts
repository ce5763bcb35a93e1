/** Every member of a setting that takes a URL to which requests go, in a document that is right but for that URL. */
import type { JsonObject } from "@sluice/domain/json/Json"
import type { SettingsKind } from "@sluice/domain/settings/SettingsDocument"

export interface AddressMember {
  readonly name: string
  readonly kind: SettingsKind
  /** The member's path in the faults of the document. */
  readonly path: string
  readonly document: (url: string) => JsonObject
}

/** The URL of members that are not the one in question. */
const elsewhere = "https://partner.example.com/"

const step = (name: string, path: string, of: (url: string) => JsonObject): AddressMember => ({
  name,
  kind: "pipeline",
  path: `steps[0].${path}`,
  document: (url) => ({ name: "p", steps: [of(url)] })
})

const auth = (tokenUrl: string) => ({
  type: "oauth2ClientCredentials",
  tokenUrl,
  clientId: "sluice",
  clientSecret: "a secret of the partner"
})

export const addressMembers: ReadonlyArray<AddressMember> = [
  {
    name: "a connector's Host",
    kind: "connector",
    path: "host",
    document: (url) => ({ Name: "Webhook", Host: url })
  },
  {
    name: "a connector's AllowedHosts",
    kind: "connector",
    path: "allowedHosts[0]",
    document: (url) => ({ Name: "Webhook", Host: elsewhere, AllowedHosts: [url] })
  },
  {
    name: "an auth provider's tokenUrl",
    kind: "authProvider",
    path: "tokenUrl",
    document: (url) => ({ name: "a", domain: "partner.example.com", ...auth(url) })
  },
  {
    name: "an endpoint's url",
    kind: "webhookEndpoint",
    path: "url",
    document: (url) => ({ url, types: ["*"] })
  },
  {
    name: "an endpoint's auth.tokenUrl",
    kind: "webhookEndpoint",
    path: "auth.tokenUrl",
    document: (url) => ({ url: elsewhere, types: ["*"], auth: auth(url) })
  },
  step(
    "calloutPlugin's endpoint",
    "options.endpoint",
    (endpoint) => ({ name: "calloutPlugin", options: { endpoint } })
  ),
  step("a compensation's endpoint", "compensate.endpoint", (endpoint) => ({
    name: "calloutPlugin",
    options: { endpoint: elsewhere },
    compensate: { endpoint }
  })),
  step("a probe's endpoint", "probe.endpoint", (endpoint) => ({
    name: "calloutPlugin",
    options: { endpoint: elsewhere },
    probe: { endpoint }
  })),
  step("WebhookWorkflowStep's Host", "properties[0].value", (url) => ({
    name: "WebhookWorkflowStep",
    Properties: [{ Key: "Host", Value: url }]
  })),
  step("ExportOrder's Host", "properties[0].value", (url) => ({
    name: "ExportOrder",
    Properties: [{ Key: "Host", Value: url }]
  })),
  step("salesforceV3's instanceUrl", "options.instanceUrl", (instanceUrl) => ({
    name: "salesforceV3",
    options: { instanceUrl }
  })),
  step("zuora's baseUrl", "options.baseUrl", (baseUrl) => ({
    name: "zuora",
    options: { baseUrl, accountNumber: "A1", account: {}, subscriptions: [{ productRatePlanId: "1" }] }
  })),
  {
    name: "webhook's endpoint",
    kind: "pipeline",
    path: "postProcessing[0].options.endpoint",
    document: (endpoint) => ({ name: "p", steps: [], postProcessing: [{ name: "webhook", options: { endpoint } }] })
  }
]
