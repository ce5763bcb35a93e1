/** All webhook endpoints, with their health. */
import type { StoredSettings } from "../../../api/Documents.ts"
import type { Column } from "../../../components/table/DataTable.tsx"
import { EndpointBadge } from "../../../components/values/EndpointBadge.tsx"
import { memberText, SettingsList } from "../editor/SettingsList.tsx"

const columns: ReadonlyArray<Column<StoredSettings>> = [
  { name: "State", width: "90px", narrow: "first", cell: (row) => <EndpointBadge endpoint={row} /> },
  {
    name: "URL",
    width: "minmax(140px, 2fr)",
    narrow: "second",
    cell: (row) => <span className="mono" title={memberText(row["url"])}>{memberText(row["url"])}</span>
  },
  {
    name: "Types",
    width: "minmax(100px, 1fr)",
    cell: (row) => (
      <span title={memberText(row["types"])}>
        {memberText(row["types"]) === "*" ? "all" : memberText(row["types"])}
      </span>
    )
  },
  { name: "Description", width: "minmax(80px, 1fr)", cell: (row) => memberText(row["description"]) }
]

export const WebhookEndpointsPage = () => (
  <SettingsList
    kind="webhookEndpoints"
    columns={columns}
    advice="Make one that subscribes to a type: what happens from then on is sent to it, signed and in order."
  />
)
