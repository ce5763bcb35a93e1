/**
 * The paths of `forceUpdate` as a tree of names: the members whose null is applied. A path is followed name by name,
 * because writing it out would cost as much as its names, which may be as long as the patch.
 */

export interface ForcedNames {
  /** True if a path of `forceUpdate` ends at this name. */
  readonly isForced: boolean
  /** The forced names below the member `name`; `undefined` if there are none. */
  readonly below: (name: string) => ForcedNames | undefined
}

interface Node {
  isForced: boolean
  readonly nodes: Map<string, Node>
}

const nodeOf = (): Node => ({ isForced: false, nodes: new Map() })

const add = (root: Node, path: string): void => {
  let node = root
  if (path !== "") {
    for (const part of path.toLowerCase().split(".")) {
      const next = node.nodes.get(part) ?? nodeOf()
      node.nodes.set(part, next)
      node = next
    }
  }
  node.isForced = true
}

const at = (node: Node, isRoot: boolean): ForcedNames => ({
  isForced: node.isForced,
  below: (name) => {
    // A path begins with its first name that is not empty.
    if (isRoot && name === "") return at(node, true)
    let found: Node | undefined = node
    // A name may hold dots, which part the names of a path.
    for (const part of name.toLowerCase().split(".")) found = found?.nodes.get(part)
    return found === undefined ? undefined : at(found, false)
  }
})

/** Paths like `shippingAddress.line2`, compared without regard to case; `undefined` where there are none. */
export const forcedNames = (paths: ReadonlyArray<string>): ForcedNames | undefined => {
  if (paths.length === 0) return undefined
  const root = nodeOf()
  for (const path of paths) add(root, path)
  return at(root, true)
}
