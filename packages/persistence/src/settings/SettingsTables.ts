/** The table of each kind of setting. */
import type { SettingsKind } from "@sluice/domain/settings/SettingsDocument"

export const tables: Readonly<Record<SettingsKind, string>> = {
  pipeline: "pipelines",
  connector: "connectors",
  authProvider: "auth_providers",
  webhookEndpoint: "webhook_endpoints"
}
