/** The context of a check, and the judgement of unknown members by it. Contract: section 4. */
import { unknownFault, type UnknownMember } from "@sluice/domain/internal/decode/UnknownMembers"
import type { Json, JsonObject } from "@sluice/domain/json/Json"
import type { Fault } from "@sluice/domain/order/Order"
import type { AddressedConnector } from "@sluice/domain/pipeline/Connector"
import type { Pipeline } from "@sluice/domain/pipeline/Pipeline"
import { comparable, counterpart, type SettingsKind } from "@sluice/domain/settings/SettingsDocument"

export interface CheckContext {
  /** The stored setting of the same address, in its stored form: its unknown members are only warned about. */
  readonly stored?: JsonObject | undefined
  /** All unknown members are only warned about. */
  readonly lenient?: boolean | undefined
  /** The settings as they are, among which connectors are looked up. Absent: they are not looked up. */
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

/** Each unknown member, refused or warned about in the same words. */
export const judgeUnknown = (
  kind: SettingsKind,
  document: Json,
  unknown: ReadonlyArray<UnknownMember>,
  { lenient = false, stored }: CheckContext
): Judged => {
  const before = comparable(kind, stored)
  const faults: Array<Fault> = []
  const warnings: Array<string> = []
  for (const member of unknown) {
    const fault = unknownFault(member)
    if (lenient || counterpart(document, before, member.path) !== undefined) warnings.push(fault.message)
    else faults.push(fault)
  }
  return { faults, warnings }
}
