/**
 * The body that a workflow step sends: `{"Value":<the order in PascalCase>,"WorkflowStep":{…},"ShipmentId":"…"}`.
 * Contract: section 6, `WebhookWorkflowStep`, "Body".
 *
 * The order is rewritten as text, without parsing it: numbers keep every digit, members keep their order, and a member
 * named `__proto__` is a member like any other. A record keeps the order's version and the tail alone; the same bytes
 * are written again from them.
 */
import type { Json } from "../json/Json.ts"
import { stringEnd, textMembers, valueEnd } from "../json/JsonText.ts"
import { knownMembers, type Order, serverMembers } from "../order/Order.ts"
import type { Step } from "../pipeline/Pipeline.ts"
import { customProperties } from "../pipeline/StepProperty.ts"

const knownNames: ReadonlySet<string> = new Set([...Object.keys(knownMembers), ...serverMembers])

/** Their own name follows the rule, and nothing below them changes. */
const opaqueNames: ReadonlySet<string> = new Set(["customFields", "attributes", "selectedProducts"])

const pascal = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1)

/**
 * Names that `Value` defines itself: an unknown member with such a name would be a duplicate, which readers resolve
 * differently, so it is left out.
 */
const takenNames: ReadonlySet<string> = new Set(["OrderLines", ...[...knownNames].map(pascal)])

/** The upper-case letter of each lower-case letter, from `a`. Names are nearly always ASCII. */
const upperCase = Array.from({ length: 26 }, (_, index) => String.fromCharCode(0x41 + index))

/**
 * True for `customFields`, `attributes` and `selectedProducts`; compares lengths first, because it is called for every
 * name.
 */
const isOpaque = (text: string, start: number, end: number): boolean => {
  const length = end - start
  return (length === 10 || length === 12 || length === 16) && opaqueNames.has(text.slice(start, end))
}

/** The text of a value with the first letter of every name in upper case, but below opaque members. */
const capitalised = (text: string): string => {
  const isList: Array<boolean> = []
  let out = ""
  let written = 0
  let depth = 0
  let atName = false
  for (let i = 0; i < text.length; i++) {
    switch (text.charCodeAt(i)) {
      case 0x22: {
        const start = i + 1
        i = stringEnd(text, start)
        if (!atName) break
        atName = false
        const first = text.charCodeAt(start)
        if (first >= 0x61 && first <= 0x7a) {
          out += text.slice(written, start) + upperCase[first - 0x61]
          written = start + 1
        } else if (first > 0x7f) {
          out += text.slice(written, start) + text.charAt(start).toUpperCase()
          written = start + 1
        }
        if (isOpaque(text, start, i)) i = valueEnd(text, i + 1) - 1
        break
      }
      case 0x7b:
        isList[depth++] = false
        atName = true
        break
      case 0x5b:
        isList[depth++] = true
        break
      case 0x2c:
        atName = isList[depth - 1] === false
        break
      case 0x5d:
      case 0x7d:
        depth--
    }
  }
  return out + text.slice(written)
}

const isNull = (value: string): boolean => value.trim() === "null"

/** A member as `Value` has it, where the rule applies to its name. */
const ruledMember = (name: string, value: string): string =>
  `"${pascal(name)}":${opaqueNames.has(name) ? value : capitalised(value)}`

/** `orderForm`, and the lines in it, which `Value` has twice and which are by far the longest part of most orders. */
const orderForm = (text: string): { readonly form: string; readonly lines: string | undefined } => {
  const members = textMembers(text)
  if (!members.some(({ name }) => name === "lineItems")) return { form: capitalised(text), lines: undefined }
  let lines: string | undefined
  const written = members.map(({ name, value }) => {
    if (name !== "lineItems") return ruledMember(name, value)
    const items = capitalised(value)
    if (!isNull(items)) lines = items
    return `"LineItems":${items}`
  })
  return { form: `{${written.join(",")}}`, lines }
}

/** The order as partners of workflow steps read it. */
const orderValue = (orderText: string): string => {
  let out = ""
  let lineItems: string | undefined
  let orderItems: string | undefined
  for (const { name, value } of textMembers(orderText)) {
    if (name === "orderForm") {
      const { form, lines } = orderForm(value)
      out += `"OrderForm":${form},`
      lineItems = lines
    } else if (name === "orderItems") {
      const items = capitalised(value)
      out += `"OrderItems":${items},`
      if (!isNull(items)) orderItems = items
    } else if (knownNames.has(name)) out += ruledMember(name, value) + ","
    else if (!takenNames.has(name)) out += `"${name}":${value},`
  }
  return `{${out}"OrderLines":${lineItems ?? orderItems ?? "[]"}}`
}

/**
 * The whole body. `order` is the stored document, best as the text that is stored; `tail` is what `workflowTail` gave.
 * `Value` has `OrderLines` always (`orderForm.lineItems`, else `orderItems`, else none) and `ShippingAddress` where the
 * order has one.
 */
export const workflowBody = (order: string | Order, tail: string): string =>
  `{"Value":${orderValue(typeof order === "string" ? order : JSON.stringify(order))},${tail}}`

/** Members of the step's configuration that are sent if they are given. */
const told = ["connector", "connectorId", "runAfterOrderIsSaved", "translateKey"] as const

/**
 * The members of the body beside `Value`: the step's configuration with its custom properties, and the run's shipment.
 * `RequestHeaders` properties are left out, since they are sent as headers only.
 */
export const workflowTail = (step: Step, shipmentId?: string): string => {
  const { options } = step
  const shown: Array<[string, Json]> = [["Name", step.name], ["Active", step.active]]
  for (const name of told) {
    const value = options[name]
    if (value !== undefined && value !== null) shown.push([pascal(name), value])
  }
  shown.push(["StopOnError", step.critical ?? options.stopOnError === true])
  shown.push([
    "Properties",
    customProperties(options).map(({ key, value, keyGroup }) =>
      keyGroup === undefined ? { Key: key, Value: value } : { Key: key, Value: value, KeyGroup: keyGroup }
    )
  ])
  const shipment = shipmentId === undefined ? "" : `,"ShipmentId":${JSON.stringify(shipmentId)}`
  return `"WorkflowStep":${JSON.stringify(Object.fromEntries(shown))}${shipment}`
}
