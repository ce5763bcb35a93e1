/** The kinds of settings. Contract: section 4. */
export type SettingsKind = "pipeline" | "connector" | "authProvider" | "webhookEndpoint"

/** The words for a kind in a sentence. */
export const kindText: Readonly<Record<SettingsKind, string>> = {
  pipeline: "pipeline",
  connector: "connector",
  authProvider: "auth provider",
  webhookEndpoint: "webhook endpoint"
}
