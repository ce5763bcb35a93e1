/** A pipeline as a drawing: its phases, the work and destination of each step, and the consequences of a failure. */

export interface Mark {
  readonly text: string
  readonly tone: "ok" | "bad" | "busy" | "wait" | "warn" | "idle"
  readonly title: string
}

export interface DrawnStep {
  readonly id: string
  readonly plugin: string
  /** The destination: a URL, or the connector that has it. */
  readonly target: string | undefined
  readonly active: boolean
  readonly critical: boolean
  readonly marks: ReadonlyArray<Mark>
  readonly when: string | undefined
  /** Markets and stores, in words. */
  readonly scope: ReadonlyArray<string>
  readonly undo: string | undefined
  readonly probe: string | undefined
}

export interface Sequence {
  readonly steps: ReadonlyArray<DrawnStep>
  readonly postProcessing: ReadonlyArray<DrawnStep>
  /** The ids of the steps that are compensated, in the order of their compensation. */
  readonly undone: ReadonlyArray<string>
  /** Conditions for an order; empty: every order. */
  readonly match: ReadonlyArray<string>
  readonly failedStatus: string
  readonly completedStatus: string | undefined
  readonly deadlineMs: number | undefined
  readonly priority: number
}

type Members = Readonly<Record<string, unknown>>

const members = (value: unknown): Members =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? value as Members : {}
const list = (value: unknown): ReadonlyArray<unknown> => Array.isArray(value) ? value : []
const text = (value: unknown): string | undefined => typeof value === "string" && value !== "" ? value : undefined
const number = (value: unknown): number | undefined => typeof value === "number" ? value : undefined

const isWorkflow = (step: Members): boolean =>
  step["connector"] !== undefined || step["properties"] !== undefined || step["name"] === "WebhookWorkflowStep"
  || step["name"] === "ExportOrder"

/** Contract, section 4: `zuora` alone is critical where nothing is said. */
const isCritical = (step: Members): boolean =>
  (step["critical"] ?? (isWorkflow(step) ? step["stopOnError"] : undefined) ?? step["name"] === "zuora") === true

const property = (step: Members, key: string): string | undefined =>
  text(list(step["properties"]).map(members).find((one) => one["key"] === key)?.["value"])

const targetOf = (step: Members): string | undefined => {
  const options = members(step["options"])
  const url = text(options["endpoint"]) ?? text(options["instanceUrl"]) ?? text(options["baseUrl"])
  if (url !== undefined || !isWorkflow(step)) return url
  const connector = text(step["connectorId"]) ?? text(step["connector"])
  return property(step, "Host") ?? (connector === undefined ? undefined : `connector ${connector}`)
}

const calloutOf = (step: Members, name: string, method: string): string | undefined => {
  const callout = members(step[name])
  const endpoint = text(callout["endpoint"])
  return endpoint === undefined ? undefined : `${text(callout["method"]) ?? method} ${endpoint}`
}

const scopes: ReadonlyArray<readonly [member: string, words: string]> = [
  ["enabledForMarkets", "only markets"],
  ["disabledForMarkets", "not markets"],
  ["enabledForStores", "only stores"],
  ["disabledForStores", "not stores"]
]

const marksOf = (step: Members): ReadonlyArray<Mark> => {
  const marks: Array<Mark> = []
  if (step["active"] === false) marks.push({ text: "inactive", tone: "idle", title: "It is left out of every run" })
  if (isCritical(step)) marks.push({ text: "critical", tone: "bad", title: "Its failure ends the run" })
  if (step["onUnavailable"] === "hold") {
    marks.push({ text: "hold", tone: "wait", title: "The run waits for the partner rather than fail" })
  }
  if (step["blocking"] === false) {
    marks.push({
      text: "does not wait",
      tone: "idle",
      title: "The call is sent as a delivery, and the run goes on at once"
    })
  }
  if (step["awaitCallback"] !== undefined) {
    marks.push({ text: "callback", tone: "wait", title: "A 2xx says that the answer comes later, to a callback URL" })
  }
  if (step["runAfterOrderIsSaved"] === true) {
    marks.push({ text: "after save", tone: "busy", title: "It reads the order again just before it calls" })
  }
  if (step["responseSchema"] !== undefined) {
    marks.push({ text: "checks answer", tone: "idle", title: "The answer has to fit a JSON Schema" })
  }
  return marks
}

const drawn = (value: unknown): DrawnStep => {
  const step = members(value)
  const plugin = text(step["name"]) ?? "?"
  return {
    id: text(step["id"]) ?? plugin,
    plugin,
    target: targetOf(step),
    active: step["active"] !== false,
    critical: isCritical(step),
    marks: marksOf(step),
    when: text(step["when"]),
    scope: scopes.flatMap(([member, words]) => {
      const names = list(step[member])
      return names.length === 0 ? [] : [`${words} ${names.join(", ")}`]
    }),
    undo: calloutOf(step, "compensate", "POST"),
    probe: calloutOf(step, "probe", "GET")
  }
}

const matches: ReadonlyArray<readonly [member: string, words: string]> = [
  ["orderTypes", "type"],
  ["statuses", "status"],
  ["marketIds", "market"]
]

const matchOf = (match: Members): ReadonlyArray<string> => [
  ...matches.flatMap(([member, words]) => {
    const values = list(match[member])
    return values.length === 0 ? [] : [`${words} ${values.join(" or ")}`]
  }),
  ...text(match["when"]) === undefined ? [] : [String(match["when"])]
]

/** The drawing of a pipeline in its stored form: camelCase, ids filled in. */
export const sequenceOf = (document: unknown): Sequence => {
  const pipeline = members(document)
  const steps = list(pipeline["steps"]).map(drawn)
  return {
    steps,
    postProcessing: list(pipeline["postProcessing"]).map(drawn),
    undone: steps.filter(({ undo, active }) => undo !== undefined && active).map(({ id }) => id).toReversed(),
    match: matchOf(members(pipeline["match"])),
    failedStatus: text(pipeline["failedStatus"]) ?? "Failed",
    completedStatus: text(pipeline["completedStatus"]),
    deadlineMs: number(pipeline["deadlineMs"]),
    priority: number(pipeline["priority"]) ?? 0
  }
}
