import { assert, it } from "@effect/vitest"
import { style } from "@sluice/terminal/Style"
import { table } from "../src/terminal/Table.ts"

const id = "process_event-01a20501185073f89a3dd1369eef2500"
const rows = [{ id, reason: "a sentence that is longer than the rest of the line ".repeat(3).trim() }]
const columns = [
  { title: "RUN", of: (row: { readonly id: string }) => row.id },
  { title: "REASON", of: (row: { readonly reason: string }) => row.reason, flexible: true }
]

it("a table in a pipe is as wide as its content", () => {
  const [, line] = table(rows, columns, style({ columns: 80, colours: false, bounded: false }))
  assert.strictEqual(line, `${id}  ${rows[0]?.reason}`)
})

it("a table on a terminal fits it, and keeps its ids", () => {
  const [, line = ""] = table(rows, columns, style({ columns: 80, colours: false }))
  assert.isAtMost(line.length, 80)
  assert.isTrue(line.startsWith(id))
})
