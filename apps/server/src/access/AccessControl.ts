/**
 * Authorises each request by the role that its endpoint requires, from the table `packages/api/src/Access.ts`, before
 * anything else reads it. Gives each changing request an act, which is recorded in the transaction of the change; a
 * refused change is recorded here. Contract: section 2, "Roles" and "Audit".
 */
import { ruleOf } from "@sluice/api/internal/Access"
import { AccessControl } from "@sluice/api/internal/wire/AccessControl"
import * as Problems from "@sluice/api/wire/Problems"
import {
  type Act,
  anonymous,
  CurrentAct,
  RecordedElsewhere,
  recordedRefusals,
  resourceOf
} from "@sluice/domain/access/Act"
import type { Action } from "@sluice/domain/access/Action"
import { allows, leastRole, type Need } from "@sluice/domain/access/Role"
import { AuditLog } from "@sluice/persistence/internal/access/AuditLog"
import { Context, Effect, Layer, Metric, Option } from "effect"
import { HttpServerRequest, type HttpServerResponse } from "effect/http"
import { problemResponse } from "../wire/Answer.ts"
import { Caller, type CallerIdentity } from "./Caller.ts"
import { refusals } from "./WrongKeys.ts"

/** Counts the refusal, and names the least role that would be allowed. */
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

const actOf = (
  action: Action,
  caller: CallerIdentity | undefined,
  request: HttpServerRequest.HttpServerRequest
): Act => ({
  actor: caller?.name ?? anonymous,
  roles: caller?.roles ?? [],
  action,
  resource: resourceOf(request.url),
  remoteAddress: Option.getOrNull(request.remoteAddress)
})

/** The time that an answer waits for the record of its refusal. */
const patience = "2 seconds"

const make = Effect.map(AuditLog, (audit) => {
  const recordRefusal = (act: Act, { status }: HttpServerResponse.HttpServerResponse) =>
    recordedRefusals.has(status)
      ? Effect.ignore(Effect.timeout(audit.refused(act, status), patience), {
        log: "Warn",
        message: `the audit lacks a refused ${act.action} of ${act.actor}`
      })
      : Effect.void

  return AccessControl.of((httpEffect, { endpoint, group }) => {
    const { action, need } = ruleOf(group.identifier, endpoint.identifier)
    if (need === "anyone" && action === undefined) return httpEffect
    return Effect.withFiber((fiber) => {
      const caller = Context.get(fiber.context, Caller)
      if (caller !== undefined && !allows(caller.roles, need)) return forbid(caller, need)
      if (action === undefined || Context.get(fiber.context, RecordedElsewhere)) return httpEffect
      const act = actOf(action, caller, Context.getUnsafe(fiber.context, HttpServerRequest.HttpServerRequest))
      return httpEffect.pipe(
        Effect.provideService(CurrentAct, act),
        Effect.tap((response) => recordRefusal(act, response))
      )
    })
  })
})

export const layer: Layer.Layer<AccessControl, never, AuditLog> = Layer.effect(AccessControl, make)
