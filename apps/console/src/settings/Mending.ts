/** Corrects a draft: finds the server's faults that are still present, and replaces a name by the suggested one. */
import type { Fault } from "../api/ApiProblem.ts"
import { outline, type OutlineMember, type OutlineNode, pathSteps, sameName } from "./JsonOutline.ts"

/** The member that a path of the server's names; a member's own name may hold dots. */
const memberAt = (source: string, path: string): OutlineMember | undefined => {
  const steps = pathSteps(path)
  let node: OutlineNode = outline(source)
  let found: OutlineMember | undefined
  for (const [depth, step] of steps.entries()) {
    const rest = steps.slice(depth).join(".")
    const whole = node.members.find(({ name }) => typeof name === "string" && sameName(name, rest))
    found = whole ?? node.members.find(({ name }) => sameName(name, step))
    if (found === undefined || found === whole) return found
    node = found.value
  }
  return found
}

/** The text of the value at a path, without spaces; `undefined` where there is none. */
const valueText = (source: string, path: string): string | undefined => {
  if (path === "") return source.replaceAll(/\s+/g, "")
  const member = memberAt(source, path)
  return member === undefined ? undefined : source.slice(member.value.from, member.value.to).replaceAll(/\s+/g, "")
}

/** The faults that are left after an edit. `refused`: the text that had them; a fault is gone once the value at its path differs in `text`. */
export const remaining = (faults: ReadonlyArray<Fault>, refused: string, text: string): ReadonlyArray<Fault> =>
  refused === text ? faults : faults.filter(({ path }) => valueText(refused, path) === valueText(text, path))

/** The name that the server suggests for a member that it does not know. */
export const suggestionOf = ({ message }: Fault): string | undefined =>
  /is not known: did you mean ([\w.$-]+)\?/.exec(message)?.[1]

/** The text with the member at `path` renamed; unchanged if there is no such member. */
export const renamed = (source: string, path: string, name: string): string => {
  const key = memberAt(source, path)?.key
  return key === undefined ? source : `${source.slice(0, key.from)}${JSON.stringify(name)}${source.slice(key.to)}`
}
