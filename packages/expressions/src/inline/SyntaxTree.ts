/**
 * Derives facts from jsonata's syntax tree: the functions that it names and the steps that it refers to. Read from the
 * tree, never from the text, so that `$f := $random` and `$random(?)` are found, and `"$random"` is not.
 */

/** A node of jsonata's tree. Its type declarations cover a part of what there is, so members are checked when read. */
export interface Node {
  readonly type: string
  readonly [member: string]: unknown
}

export const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && "type" in value && typeof value.type === "string"

export const nodesOf = (value: unknown): ReadonlyArray<Node> => Array.isArray(value) ? value.filter(isNode) : []

/** Their results differ from one evaluation to the next, or (`$eval`) hide what they call from this check. */
const refused: ReadonlySet<unknown> = new Set(["random", "shuffle", "eval"])

export interface Reading {
  /** The first function that is not allowed, without its `$`. */
  readonly refused: string | undefined
  /** Ids behind `callouts.` and `steps.` at the head of a path that starts at the scope; each once. */
  readonly stepReferences: ReadonlyArray<string>
  /** The members of earlier callouts that are read by plain names: `callouts.provision.body.accountId`. Each once. */
  readonly calloutPaths: ReadonlyArray<CalloutPath>
  /** Names that are looked up in the scope itself, the `order` of `order.id`. Each once. */
  readonly rootNames: ReadonlyArray<string>
  /** The size of the tree. */
  readonly nodes: number
}

/** The member names that follow `callouts.<stepId>` in a path, up to the first part that is not a name. */
export interface CalloutPath {
  readonly stepId: string
  readonly members: ReadonlyArray<string>
}

/**
 * Reads a syntax tree and reports the names, steps and constructs that the expression uses. Iterative: an author may
 * nest deeply.
 */
export const read = (root: Node): Reading => {
  const references = new Set<string>()
  const paths = new Map<string, CalloutPath>()
  const roots = new Set<string>()
  const seen = new Set<object>()
  const work: Array<Visit> = [{ value: root, atScope: true }]
  let forbidden: string | undefined
  let nodes = 0
  for (let visit = work.pop(); visit !== undefined; visit = work.pop()) {
    const { atScope, value } = visit
    if (typeof value !== "object" || value === null || seen.has(value)) continue
    seen.add(value)
    nodes++
    if (isNode(value)) {
      if (value.type === "variable" && refused.has(value.value)) forbidden ??= String(value.value)
      if (value.type === "path") {
        const fromScope = scopePath(nodesOf(value.steps), atScope)
        const [first] = fromScope
        if (isName(first)) roots.add(first.value)
        const reference = referenceOf(fromScope)
        if (reference !== undefined) references.add(reference.stepId)
        if (reference?.of === "callouts") {
          const { members, stepId } = reference
          paths.set(JSON.stringify([stepId, members]), { stepId, members })
        }
      }
    }
    work.push(...inside(value, atScope))
  }
  return {
    refused: forbidden,
    stepReferences: [...references],
    calloutPaths: [...paths.values()],
    rootNames: [...roots],
    nodes
  }
}

interface Visit {
  readonly value: unknown
  /** True if names here are looked up in the scope rather than in a path's result. */
  readonly atScope: boolean
}

/** These are evaluated on each value that the path has reached. */
const onReached: ReadonlySet<string> = new Set(["predicate", "stages", "group", "terms", "pattern", "update", "delete"])

const inside = (value: object, atScope: boolean): ReadonlyArray<Visit> =>
  Object.entries(value).flatMap(([name, member]): ReadonlyArray<Visit> => {
    if (name === "steps" && Array.isArray(member)) {
      return member.map((step: unknown, index) => ({ value: step, atScope: atScope && index === 0 }))
    }
    return [{ value: member, atScope: atScope && !onReached.has(name) }]
  })

interface Reference extends CalloutPath {
  readonly of: "callouts" | "steps"
}

/** The steps of a path that starts at the scope, without `$` and `$$`; none where it starts elsewhere. */
const scopePath = (steps: ReadonlyArray<Node>, atScope: boolean): ReadonlyArray<Node> => {
  const [first] = steps
  const isAbsolute = first?.type === "variable" && first.value === "$"
  const isContext = first?.type === "variable" && first.value === ""
  if (!isAbsolute && !atScope) return []
  return isAbsolute || isContext ? steps.slice(1) : steps
}

const referenceOf = ([root, id, ...rest]: ReadonlyArray<Node>): Reference | undefined => {
  if (!isName(root) || (root.value !== "callouts" && root.value !== "steps") || !isName(id)) return undefined
  return { of: root.value, stepId: id.value, members: movesOn(root) && movesOn(id) ? namesOf(rest) : [] }
}

/**
 * False if a binding (`@$x`, `#$i`) or a parent (`%`) makes a path's next name refer to something other than the last
 * result.
 */
const movesOn = (node: Node): boolean =>
  ["focus", "index", "tuple", "ancestor"].every((name) => node[name] === undefined)

const namesOf = (steps: ReadonlyArray<Node>): ReadonlyArray<string> => {
  const names: Array<string> = []
  for (const step of steps) {
    if (!isName(step)) break
    names.push(step.value)
    if (!movesOn(step)) break
  }
  return names
}

const isName = (node: Node | undefined): node is Node & { readonly value: string } =>
  node?.type === "name" && typeof node.value === "string"
