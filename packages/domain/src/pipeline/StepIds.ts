/**
 * The ids of a pipeline's steps: unique over all of them, and derived from the name where none is given. Contract:
 * section 4, "Every step".
 */
import type { JsonObject } from "../json/Json.ts"
import type { Fault } from "../order/Order.ts"

const pattern = /^[A-Za-z_][A-Za-z0-9_]*$/

/** The id of a step's compensation. */
export const compensationId = (stepId: string): string => `${stepId}_compensation`

/** A step with the path under which faults name it. */
export interface PlacedStep {
  readonly step: JsonObject
  readonly path: string
}

/** The base of a derived id: the name, if it is a valid id. */
const baseOf = (step: JsonObject): string => {
  const base = (typeof step.name === "string" && step.name !== "" ? step.name : "step").replaceAll(
    /[^A-Za-z0-9_]/g,
    "_"
  )
  return /^[0-9]/.test(base) ? `_${base}` : base
}

/** Gives every step an id. Ids that are written out are reserved first, so that a default never takes one of them. */
export const withIds = (steps: ReadonlyArray<PlacedStep>, faults: Array<Fault>): ReadonlyArray<JsonObject> => {
  const taken = new Set<string>()
  const claim = (step: JsonObject, id: string) => {
    taken.add(id)
    if (step.compensate !== undefined) taken.add(compensationId(id))
  }
  const written = steps.filter(({ step }) => step.id !== undefined)
  for (const { step: { id }, path } of written) {
    if (typeof id !== "string" || !pattern.test(id)) {
      faults.push({ path: `${path}.id`, message: "must be a letter or _, followed by letters, digits and _" })
    } else if (taken.has(id)) faults.push({ path: `${path}.id`, message: `${id} is the id of another step` })
    else taken.add(id)
  }
  for (const { step, path } of written) {
    if (typeof step.id !== "string" || step.compensate === undefined) continue
    const compensation = compensationId(step.id)
    if (taken.has(compensation)) {
      faults.push({ path: `${path}.id`, message: `its compensation would be ${compensation}, the id of another step` })
    }
    taken.add(compensation)
  }
  return steps.map(({ step }) => {
    if (step.id !== undefined) return step
    const base = baseOf(step)
    const isFree = (id: string) => !taken.has(id) && (step.compensate === undefined || !taken.has(compensationId(id)))
    let id = base
    for (let number = 2; !isFree(id); number++) id = `${base}_${number}`
    claim(step, id)
    const { name, ...rest } = step
    return name === undefined ? { id, ...rest } : { name, id, ...rest }
  })
}
