/**
 * Finds all of many patterns by Aho and Corasick's method: a tree of the patterns in which each node is linked to its
 * longest suffix that is also the beginning of a pattern. Reads each unit of the content once.
 */
import { type Content, unitAt } from "./Content.ts"
import type { Occurrence, Sought } from "./Sought.ts"

/**
 * Searches `content` from `from` on and passes each occurrence to `found`. Of the patterns of one kind that end at the
 * same place, only the longest is reported.
 */
export type Automaton<Pattern> = (content: Content, from: number, found: Occurrence<Pattern>) => void

interface Node<Pattern> {
  readonly next: Map<number, Node<Pattern>>
  /** The node of the longest proper suffix of this node's units; absent for the root. */
  fallback: Node<Pattern> | undefined
  /** The longest pattern of each kind that ends at this node. */
  ends: ReadonlyArray<Sought<Pattern>>
}

const nodeOf = <Pattern>(): Node<Pattern> => ({ next: new Map(), fallback: undefined, ends: [] })

/** Those of a node itself are longer than those of its fallback. */
const longest = <Pattern>(own: ReadonlyArray<Sought<Pattern>>, others: ReadonlyArray<Sought<Pattern>>) =>
  others.length === 0 ? own : [...own, ...others.filter(({ kind }) => !own.some((one) => one.kind === kind))]

/** The node that `unit` leads to from `node`. */
const step = <Pattern>(root: Node<Pattern>, node: Node<Pattern>, unit: number): Node<Pattern> => {
  for (let at: Node<Pattern> | undefined = node; at !== undefined; at = at.fallback) {
    const next = at.next.get(unit)
    if (next !== undefined) return next
  }
  return root
}

export const automatonOf = <Pattern>(patterns: ReadonlyArray<Sought<Pattern>>): Automaton<Pattern> => {
  const root = nodeOf<Pattern>()
  for (const sought of patterns) {
    let node = root
    for (let i = 0; i < sought.units.length; i++) {
      const unit = unitAt(sought.units, i)
      const next = node.next.get(unit) ?? nodeOf<Pattern>()
      node.next.set(unit, next)
      node = next
    }
    node.ends = longest(node.ends, [sought])
  }
  const level = [root]
  // Breadth first: a node's fallback is nearer to the root, and done before it. The list grows while it is read.
  for (const node of level) {
    for (const [unit, next] of node.next) {
      next.fallback = node.fallback === undefined ? root : step(root, node.fallback, unit)
      next.ends = longest(next.ends, next.fallback.ends)
      level.push(next)
    }
  }
  return (content, from, found) => {
    let node = root
    for (let at = from; at < content.length; at++) {
      node = step(root, node, unitAt(content, at))
      for (const { pattern, units } of node.ends) found(at + 1 - units.length, units.length, pattern)
    }
  }
}
