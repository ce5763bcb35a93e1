/**
 * Lint rules of this repository, loaded by oxlint as a plugin (`.oxlintrc.json`, `jsPlugins`).
 *
 * `effect/no-gen-only-function` refuses a function that does nothing but return `Effect.gen`: `Effect.fn("Service.method")`
 * names it in traces, and makes its generator function once (docs/adr/0002). A layer that is built by an `Effect.gen` is
 * a value, and stays; so does a callback, which has no name.
 */
interface Node {
  readonly type: string
  readonly [member: string]: unknown
}

const isNode = (value: unknown): value is Node => typeof value === "object" && value !== null && "type" in value

const isMember = (node: unknown, object: string, property: string): boolean =>
  isNode(node) && node.type === "MemberExpression"
  && isNode(node["object"]) && node["object"]["name"] === object
  && isNode(node["property"]) && node["property"]["name"] === property

/** True for `Effect.gen(…)`, and for the same with `.pipe(…)` behind it. */
const isGen = (node: unknown): boolean => {
  if (!isNode(node) || node.type !== "CallExpression") return false
  const callee = node["callee"]
  if (isMember(callee, "Effect", "gen")) return true
  return isNode(callee) && callee.type === "MemberExpression"
    && isNode(callee["property"]) && callee["property"]["name"] === "pipe" && isGen(callee["object"])
}

/** The expression that a function returns, if that is all it does. */
const onlyReturned = (body: unknown): unknown => {
  if (!isNode(body) || body.type !== "BlockStatement") return body
  const statements = body["body"] as ReadonlyArray<Node>
  return statements.length === 1 && statements[0]?.type === "ReturnStatement" ? statements[0]["argument"] : undefined
}

interface Context {
  readonly report: (found: { readonly node: Node; readonly message: string }) => void
}

const noGenOnlyFunction = {
  create: (context: Context) => {
    const look = (node: Node) => {
      const { parent } = node
      if (isNode(parent) && parent.type === "CallExpression" && parent["callee"] !== node) return
      if (!isGen(onlyReturned(node["body"]))) return
      context.report({
        node,
        message: "A function that only returns Effect.gen: write Effect.fn(\"Service.method\")(function*(…) {…})."
      })
    }
    return { ArrowFunctionExpression: look, FunctionDeclaration: look, FunctionExpression: look }
  }
}

export default { meta: { name: "effect" }, rules: { "no-gen-only-function": noGenOnlyFunction } }
