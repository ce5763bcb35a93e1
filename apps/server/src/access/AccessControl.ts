/**
 * Authorises each request by the role that its endpoint requires, from the table `packages/api/src/Access.ts`, before anything
 * else reads it. Contract: section 2, "Roles".
 */
import { ruleOf } from "@sluice/api/internal/Access"
import { AccessControl } from "@sluice/api/internal/wire/AccessControl"
import * as Problems from "@sluice/api/wire/Problems"
import { allows, leastRole, type Need } from "@sluice/domain/access/Role"
import { Context, Effect, Layer, Metric } from "effect"
import type { HttpServerResponse } from "effect/http"
import { problemResponse } from "../wire/Answer.ts"
import { Caller, type CallerIdentity } from "./Caller.ts"
import { refusals } from "./WrongKeys.ts"

/** Counts the refusal, and names the role that would do. */
export const forbid = (
  { name, roles }: CallerIdentity,
  need: Need
): Effect.Effect<HttpServerResponse.HttpServerResponse> =>
  Effect.as(
    Metric.update(refusals[403], 1),
    problemResponse(
      new Problems.Forbidden({
        detail: `The key "${name}" has the role ${roles.join(", ")}, and this needs ${leastRole(need)}: `
          + "send a key that has it"
      })
    )
  )

export const layer: Layer.Layer<AccessControl> = Layer.succeed(AccessControl, (httpEffect, { endpoint, group }) => {
  const { need } = ruleOf(group.identifier, endpoint.identifier)
  if (need === "anyone") return httpEffect
  return Effect.withFiber((fiber) => {
    const caller = Context.get(fiber.context, Caller)
    return caller === undefined || allows(caller.roles, need) ? httpEffect : forbid(caller, need)
  })
})
