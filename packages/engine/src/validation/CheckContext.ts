/** The context of a check, and the judgement of unknown members by it. Contract: section 4. */
import { type MemberPath, pathText } from "@sluice/domain/internal/decode/MemberPath"
import { unknownFaults, type UnknownMember } from "@sluice/domain/internal/decode/UnknownMembers"
import { isObject, type Json, type JsonObject } from "@sluice/domain/json/Json"
import type { Fault } from "@sluice/domain/order/Order"
import type { AddressedConnector } from "@sluice/domain/pipeline/Connector"
import type { Pipeline } from "@sluice/domain/pipeline/Pipeline"
import { comparable, counterpart, type SettingsKind } from "@sluice/domain/settings/SettingsDocument"

export interface CheckContext {
  /** The stored setting of the same address, in its stored form: its unknown members are only warned about. */
  readonly stored?: JsonObject | undefined
  /** All unknown members are only warned about. */
  readonly lenient?: boolean | undefined
  /** The settings among which connectors are looked up. Absent: they are not looked up. */
  readonly settings?: {
    readonly connectors: ReadonlyArray<AddressedConnector>
    readonly pipelines: ReadonlyArray<Pipeline>
  } | undefined
}

type SettingsInForce = NonNullable<CheckContext["settings"]>

/** The settings as they will be once those of a file are written. */
export const withFile = ({ connectors, pipelines }: SettingsInForce, file: SettingsInForce): SettingsInForce => ({
  connectors: [...connectors.filter(({ id }) => !file.connectors.some((one) => one.id === id)), ...file.connectors],
  pipelines: [...pipelines.filter(({ name }) => !file.pipelines.some((one) => one.name === name)), ...file.pipelines]
})

export interface Judged {
  readonly faults: ReadonlyArray<Fault>
  readonly warnings: ReadonlyArray<string>
}

/** The names that a stored object has, in lower case, by the path of the object that is written in its place. */
const storedNames = (kind: SettingsKind, document: Json, stored: JsonObject | undefined) => {
  const before = comparable(kind, stored)
  const known = new Map<string, ReadonlySet<string>>()
  return (place: MemberPath): ReadonlySet<string> => {
    const text = pathText(place)
    const found = known.get(text)
    if (found !== undefined) return found
    const holder = counterpart(document, before, place)
    const names = new Set(
      holder !== undefined && isObject(holder)
        ? Object.keys(holder).map((name) => name.toLowerCase())
        : []
    )
    known.set(text, names)
    return names
  }
}

/** Refuses each unknown member or warns about it, in the same words; of many only the first are named. */
export const judgeUnknown = (
  kind: SettingsKind,
  document: Json,
  unknown: ReadonlyArray<UnknownMember>,
  { lenient = false, stored }: CheckContext
): Judged => {
  const namesAt = storedNames(kind, document, stored)
  const isWarned = ({ path }: UnknownMember): boolean =>
    lenient || (stored !== undefined && namesAt(path.slice(0, -1)).has(String(path.at(-1)).toLowerCase()))
  const warned = unknown.filter(isWarned)
  const refused = warned.length === unknown.length ? [] : unknown.filter((member) => !isWarned(member))
  return { faults: unknownFaults(refused), warnings: unknownFaults(warned).map(({ message }) => message) }
}
