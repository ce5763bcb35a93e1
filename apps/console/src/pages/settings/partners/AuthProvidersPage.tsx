/** All auth providers. */
import type { StoredSettings } from "../../../api/Documents.ts"
import type { Column } from "../../../components/table/DataTable.tsx"
import { memberText, SettingsList } from "../editor/SettingsList.tsx"

const columns: ReadonlyArray<Column<StoredSettings>> = [
  {
    name: "Host",
    width: "minmax(140px, 1.5fr)",
    narrow: "second",
    cell: (row) => <span className="mono">{memberText(row["domain"])}</span>
  },
  { name: "How", width: "minmax(100px, 1fr)", cell: (row) => memberText(row["type"]) },
  {
    name: "Who",
    width: "minmax(100px, 1fr)",
    cell: (row) => <span className="mono">{memberText(row["username"] ?? row["clientId"])}</span>
  }
]

export const AuthProvidersPage = () => (
  <SettingsList
    kind="authProviders"
    columns={columns}
    advice="Where a partner wants credentials, make one for its host: every request to it carries them."
  />
)
