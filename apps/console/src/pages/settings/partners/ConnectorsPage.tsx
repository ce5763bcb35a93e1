/** All connectors. */
import type { StoredSettings } from "../../../api/Documents.ts"
import type { Column } from "../../../components/table/DataTable.tsx"
import { memberText, SettingsList } from "../editor/SettingsList.tsx"

const columns: ReadonlyArray<Column<StoredSettings>> = [
  {
    name: "Shown as",
    width: "minmax(120px, 1.2fr)",
    narrow: "second",
    cell: (row) => memberText(row["displayName"])
  },
  {
    name: "Host",
    width: "minmax(140px, 1.6fr)",
    narrow: "second",
    cell: (row) => <span className="mono" title={memberText(row["host"])}>{memberText(row["host"])}</span>
  },
  { name: "Markets", width: "110px", cell: (row) => memberText(row["enabledForMarkets"]) || "all" }
]

export const ConnectorsPage = () => (
  <SettingsList
    kind="connectors"
    columns={columns}
    advice="Workflow steps find their partner through a connector. Make one with the partner's URL and credentials."
  />
)
