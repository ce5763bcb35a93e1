/** All pipelines. */
import type { StoredSettings } from "../../../api/Documents.ts"
import type { Column } from "../../../components/table/DataTable.tsx"
import { sequenceOf } from "../../../settings/Sequence.ts"
import { SettingsList } from "../editor/SettingsList.tsx"
import { PausedBadge } from "./PauseActions.tsx"

const columns: ReadonlyArray<Column<StoredSettings>> = [
  {
    name: "State",
    width: "90px",
    narrow: "second",
    cell: (row) => row["paused"] !== undefined && <PausedBadge pipeline={row} />
  },
  {
    name: "For",
    width: "minmax(140px, 2fr)",
    narrow: "second",
    cell: (row) => {
      const text = sequenceOf(row).match.join("; ")
      return <span title={text}>{text === "" ? "every order" : text}</span>
    }
  },
  {
    name: "Steps",
    width: "minmax(120px, 2fr)",
    cell: (row) => {
      const { steps, postProcessing } = sequenceOf(row)
      const text = [...steps, ...postProcessing].map(({ id }) => id).join(" → ")
      return <span className="mono" title={text}>{text}</span>
    }
  },
  { name: "Priority", width: "64px", end: true, cell: (row) => <span className="num">{sequenceOf(row).priority}</span> }
]

export const PipelinesPage = () => (
  <SettingsList
    kind="pipelines"
    columns={columns}
    advice="Without one, every order is refused. Make one that matches the orders you expect."
  />
)
