/** The faults of a draft; each entry leads to its place in the text. */
import { CircleAlert } from "lucide-react"
import type { Fault } from "../../../api/ApiProblem.ts"

export interface FaultListProps {
  readonly noun: string
  readonly faults: ReadonlyArray<Fault>
  readonly goTo: (path: string) => void
}

export const FaultList = ({ noun, faults, goTo }: FaultListProps) => (
  <div className="notice bad" role="alert">
    <h2 className="row">
      <CircleAlert className="icon" aria-hidden="true" />
      Not accepted: {faults.length === 1 ? "one thing is" : `${faults.length} things are`} wrong with the {noun}
    </h2>
    <ul className="faults">
      {faults.map(({ path, message }) => (
        <li key={`${path} ${message}`} className="break">
          {path !== "" && <button type="button" className="link mono" onClick={() => goTo(path)}>{path}</button>}{" "}
          {message}
        </li>
      ))}
    </ul>
  </div>
)
