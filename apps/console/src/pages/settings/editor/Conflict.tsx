/** Shows that another user has saved the setting that is being edited: both versions, of which one is kept. */
import { useState } from "react"
import { JsonDiff } from "../../../components/json/JsonDiff.tsx"

export interface ConflictProps {
  /** The stored version and its text. */
  readonly stored: { readonly version: number; readonly text: string }
  /** The version on which the edit is based, and the edited text. */
  readonly mine: { readonly version: number; readonly text: string }
  readonly takeTheirs: () => void
  readonly keepMine: () => void
}

export const Conflict = ({ stored, mine, takeTheirs, keepMine }: ConflictProps) => {
  const [comparing, setComparing] = useState(false)
  return (
    <>
      <div className="why tone-warn">
        <span className="grow">
          Another user saved version {stored.version} while you were editing version {mine.version}.
        </span>
        <button type="button" className="button" onClick={() => setComparing(!comparing)}>
          {comparing ? "Hide the differences" : "Compare"}
        </button>
        <button type="button" className="button" onClick={takeTheirs}>Take theirs</button>
        <button type="button" className="button danger" onClick={keepMine}>Go on with mine</button>
      </div>
      {comparing && (
        <JsonDiff
          before={{ label: `version ${stored.version}, stored`, text: stored.text }}
          after={{ label: "yours", text: mine.text }}
        />
      )}
    </>
  )
}
