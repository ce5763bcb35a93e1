/** Members of an order with their value before and after, and who changed each. */
import type { ReactNode } from "react"
import { rawNumber } from "../../api/ExactJson.ts"

export interface Change {
  readonly path: string
  readonly before: unknown
  readonly after: unknown
  readonly by: ReactNode
}

const valueText = (value: unknown): string =>
  value === undefined
    ? "nothing"
    : typeof value === "string"
    ? JSON.stringify(value)
    : rawNumber(value) ?? JSON.stringify(value, null, 1)

/** Longer values are shown by their beginning. */
const longest = 600

const clipped = (text: string): string => text.length > longest ? `${text.slice(0, longest)} …` : text

export const Changes = ({ changes }: { readonly changes: ReadonlyArray<Change> }) => (
  <table className="changes">
    <thead>
      <tr>
        <th>Member</th>
        <th>Before</th>
        <th>After</th>
        <th>By</th>
      </tr>
    </thead>
    <tbody>
      {changes.map(({ path, before, after, by }) => (
        <tr key={path}>
          <td className="mono break">{path}</td>
          <td className="value">
            <del>{clipped(valueText(before))}</del>
          </td>
          <td className="value">
            <ins>{clipped(valueText(after))}</ins>
          </td>
          <td>{by}</td>
        </tr>
      ))}
    </tbody>
  </table>
)
