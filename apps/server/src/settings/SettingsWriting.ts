/**
 * Writes one setting, from the API or from the settings file: checks it against its address, what is stored and what is
 * in force, then stores it. Contract: sections 4 and 7.
 */
import { isAddressable } from "@sluice/domain/identity/Ids"
import { isObject, type Json, type JsonObject } from "@sluice/domain/json/Json"
import { type Fault, isStorable } from "@sluice/domain/order/Order"
import type { SettingsKind } from "@sluice/domain/settings/SettingsDocument"
import type { CheckContext } from "@sluice/engine/internal/validation/CheckContext"
import { type CheckedSetting, SettingInvalid, SettingsCheck } from "@sluice/engine/internal/validation/SettingsCheck"
import type { JournalUnavailable } from "@sluice/engine/journal/Journal"
import type { Precondition, Put, StoredSetting } from "@sluice/persistence/internal/settings/StoredSetting"
import { SettingsLive } from "@sluice/persistence/settings/SettingsLive"
import { type PutError, SettingsStore } from "@sluice/persistence/settings/SettingsStore"
import { Context, Effect, Layer } from "effect"

export type WrittenKind = SettingsKind

export interface Written extends Put {
  /** Warnings about settings that are allowed but probably unintended. */
  readonly warnings: ReadonlyArray<string>
}

/** The options of a check. */
export interface Checking {
  /** Unknown members are warned about instead of refused. */
  readonly lenient?: boolean
  /** The settings among which references are looked up; those in force where absent. */
  readonly settings?: CheckContext["settings"]
}

/** The member that repeats the address. */
const addressMember: Readonly<Record<WrittenKind, string>> = {
  pipeline: "name",
  authProvider: "name",
  connector: "id",
  webhookEndpoint: "id"
}

/** The longest address, in characters: it is a key. */
const maxId = 128

const memberOf = (document: JsonObject, name: string): string | undefined =>
  Object.keys(document).find((key) => key.charAt(0).toLowerCase() + key.slice(1) === name)

/** The faults of the id in a setting's path, and of the document's own id or name where it differs from that. */
export const addressFaults = (kind: WrittenKind, id: string, document: JsonObject): ReadonlyArray<Fault> => {
  const name = addressMember[kind]
  if (id.length < 1 || id.length > maxId || !isStorable(id)) {
    return [{ path: name, message: `must have 1 to ${maxId} characters, without NUL` }]
  }
  if (!isAddressable(id)) {
    return [{ path: name, message: `must not be ${JSON.stringify(id)}: no URL can name it, choose another` }]
  }
  const key = memberOf(document, name)
  const value = key === undefined ? undefined : document[key]
  return key === undefined || value === undefined || value === null || value === id
    ? []
    : [{ path: key, message: `is ${JSON.stringify(value)}, and the path says ${JSON.stringify(id)}: leave it out` }]
}

/** The document with its address as its name; for a connector, whose id is separate from the document, without it. */
export const addressed = (kind: WrittenKind, id: string, document: JsonObject): JsonObject => {
  const name = addressMember[kind]
  const own = Object.fromEntries(
    Object.entries(document).filter(([key]) => memberOf({ [key]: null }, name) === undefined)
  )
  return name === "name" ? { name: id, ...own } : own
}

const make = Effect.gen(function*() {
  const store = yield* SettingsStore
  const settingsCheck = yield* SettingsCheck
  const live = yield* SettingsLive

  const stored = (kind: WrittenKind, id: string) =>
    store[kind].get(id).pipe(
      Effect.map(({ document }): JsonObject | undefined => document),
      Effect.catchTag("SettingUnknown", () => Effect.undefined)
    )

  const check = Effect.fnUntraced(function*(
    kind: WrittenKind,
    id: string,
    body: Json,
    { lenient = false, settings = live.current() }: Checking = {}
  ) {
    if (!isObject(body)) {
      return yield* new SettingInvalid({ faults: [{ path: "", message: "must be a JSON object" }] })
    }
    const address = addressFaults(kind, id, body)
    if (address.length > 0) return yield* new SettingInvalid({ faults: address })
    return yield* settingsCheck.check(kind, id, addressed(kind, id, body), {
      stored: yield* stored(kind, id),
      lenient,
      settings
    })
  })

  const write = Effect.fnUntraced(function*(
    kind: WrittenKind,
    id: string,
    { document, warnings }: CheckedSetting,
    precondition?: Precondition
  ) {
    const written: Written = { ...(yield* store[kind].put(id, document, precondition)), warnings }
    return written
  })

  const warned = Effect.fnUntraced(function*<Setting extends StoredSetting>(kind: WrittenKind, setting: Setting) {
    const { document, id } = setting
    const settings = live.current()
    const unreadable = settings.unreadable.filter((one) => one.kind === kind && one.id === id)
    const found = yield* settingsCheck.warnings(kind, id, addressed(kind, id, document), { stored: document, settings })
    return { ...setting, warnings: [...unreadable.map(({ message }) => message), ...found] }
  })

  return SettingsWriting.of({ check, write, warned })
})

export class SettingsWriting extends Context.Service<SettingsWriting, {
  /** Checks that the body can be saved under the address. Stores nothing. */
  readonly check: (
    kind: WrittenKind,
    id: string,
    body: Json,
    checking?: Checking
  ) => Effect.Effect<CheckedSetting, SettingInvalid | JournalUnavailable>
  /** Writes a setting; equal content makes no new version. */
  readonly write: (
    kind: WrittenKind,
    id: string,
    checked: CheckedSetting,
    precondition?: Precondition
  ) => Effect.Effect<Written, PutError>
  /** Adds the warnings about a stored setting under the current settings. */
  readonly warned: <Setting extends StoredSetting>(
    kind: WrittenKind,
    setting: Setting
  ) => Effect.Effect<Setting & { readonly warnings: ReadonlyArray<string> }>
}>()("@sluice/server/SettingsWriting") {
  static readonly layer = Layer.effect(SettingsWriting, Effect.suspend(() => make))
}
