/** The members that a step may have: those of every step, and those that its plugin knows. Contract: section 4. */
import type { MemberPath } from "@sluice/domain/internal/decode/MemberPath"
import { unknownAmong, type UnknownMember } from "@sluice/domain/internal/decode/UnknownMembers"
import { isWorkflowStep } from "@sluice/domain/internal/settings/StepDocument"
import { isObject, type JsonObject } from "@sluice/domain/json/Json"
import { Scope, Step } from "@sluice/domain/pipeline/Pipeline"
import { WebhookWorkflowStepOptions } from "../plugins/builtin/WebhookWorkflowStep.ts"
import type { AnyPlugin } from "../plugins/Plugin.ts"
import { knownIn, unknownIn } from "./SchemaMembers.ts"

/** Members that make a step a workflow step, and that no other plugin reads. */
const workflowMembers = (knownIn(WebhookWorkflowStepOptions) ?? []).filter((name) => name !== "translateKey")

const commonMembers = [...Object.keys(Step.fields), ...Object.keys(Scope.fields)]
  .filter((name) => name !== "scope" && name !== "unreadable")

/** Of members that the decoder does not know at the step's own level, those that the plugin does not know either. */
const beside = (
  plugin: AnyPlugin,
  document: JsonObject,
  place: MemberPath,
  own: ReadonlyArray<UnknownMember>
): ReadonlyArray<UnknownMember> => {
  const known = knownIn(plugin.options)
  if (known === undefined) return []
  const members = Object.fromEntries(
    own.map(({ path }) => [String(path.at(-1)), document[String(path.at(-1))] ?? null])
  )
  const common = own[0]?.known ?? []
  return unknownIn(plugin.options, members, place).map((member) =>
    member.path.length === place.length + 1 ? { ...member, known: [...common, ...member.known] } : member
  )
}

/**
 * The unknown members of a step. `found`: those that the decoder did not know; `plugin` is absent where no plugin has
 * the step's name.
 */
export const stepUnknown = (
  plugin: AnyPlugin | undefined,
  document: JsonObject,
  place: MemberPath,
  found: ReadonlyArray<UnknownMember>
): ReadonlyArray<UnknownMember> => {
  if (plugin === undefined) return found
  const own = found.filter(({ path }) => path.length === place.length + 1)
  const deeper = found.filter(({ path }) => path.length > place.length + 1)
  const options = isObject(document.options) ? unknownIn(plugin.options, document.options, [...place, "options"]) : []
  if (plugin.configuredIn === "step") return [...beside(plugin, document, place, own), ...deeper, ...options]
  const misplaced = isWorkflowStep(document)
    ? unknownAmong(
      workflowMembers.filter((name) => Object.hasOwn(document, name)),
      commonMembers,
      place
    )
    : []
  return [...own, ...misplaced, ...deeper, ...options]
}
