/** The differences in a run, step by step. */
import type { Answer } from "../../../api/Api.ts"

type Difference = Answer<"pipelines", "simulate">["items"][number]["differences"][number]

const words: Readonly<Record<Difference["kind"], string>> = {
  added: "a step more",
  removed: "a step less",
  request: "another request",
  outcome: "another outcome"
}

const written = (value: unknown): string =>
  value === undefined ? "nothing" : typeof value === "string" ? value : JSON.stringify(value, null, 1)

export const SimulatedDifferences = ({ differences }: { readonly differences: ReadonlyArray<Difference> }) => (
  // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard
  <div className="scroll-x" tabIndex={0} role="group" aria-label="Differences, a table">
    <table className="grid-table differences">
      <thead>
        <tr>
          <th>Step</th>
          <th>What</th>
          <th>Before</th>
          <th>With the draft</th>
        </tr>
      </thead>
      <tbody>
        {differences.map(({ stepId, kind, before, after }) => (
          <tr key={`${stepId} ${kind}`}>
            <td className="mono">{stepId}</td>
            <td>{words[kind]}</td>
            <td>
              <pre className="break">{written(before)}</pre>
            </td>
            <td>
              <pre className="break">{written(after)}</pre>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
)
