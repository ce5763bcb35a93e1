/** The faults of a draft; each entry leads to its place in the text, and offers the suggested name. */
import { CircleAlert } from "lucide-react"
import type { Fault } from "../../../api/ApiProblem.ts"
import { suggestionOf } from "../../../settings/Mending.ts"

export interface FaultListProps {
  readonly noun: string
  readonly faults: ReadonlyArray<Fault>
  readonly goTo: (path: string) => void
  /** Gives the member at a path another name. */
  readonly rename: (path: string, name: string) => void
}

export const FaultList = ({ noun, faults, goTo, rename }: FaultListProps) => (
  <div className="notice bad" role="alert">
    <h2 className="row">
      <CircleAlert className="icon" aria-hidden="true" />
      Not accepted: {faults.length === 1 ? "one thing is" : `${faults.length} things are`} wrong with the {noun}
    </h2>
    <ul className="faults">
      {faults.map((fault) => {
        const { path, message } = fault
        const suggested = suggestionOf(fault)
        return (
          <li key={`${path} ${message}`} className="break">
            {path !== "" && <button type="button" className="link mono" onClick={() => goTo(path)}>{path}</button>}{" "}
            {message}
            {suggested !== undefined && (
              <>
                {" "}
                <button
                  type="button"
                  className="link"
                  onClick={() => rename(path, suggested)}
                >
                  Use {suggested}
                </button>
              </>
            )}
          </li>
        )
      })}
    </ul>
  </div>
)
