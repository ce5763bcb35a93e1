/**
 * A local Salesforce org with the event `i42as__OrderEvent__e`, as the public documentation has it (Salesforce: "OAuth 2.0
 * Client Credentials Flow", "Publish Event Messages with Salesforce APIs", "Status Codes and Error Responses"; Limio:
 * "Platform Events Definitions"). It knows no idempotency key: the same event twice is two events.
 *
 * What the documentation says is kept, with its addresses, in `fixtures/salesforce`.
 *
 * Words of its script: `limit` and `503` turn the request away; `refused` answers with `success: false`; `expire` ends all
 * sessions; `lost` takes the event and resets the connection.
 */
import type { Partner, PartnerRequest } from "../../Partner.ts"
import { type Answer, json, type Reply, reset, withHeaders } from "../../Reply.ts"
import { makeScript } from "../../Script.ts"
import { defaultSeed, numbersFrom } from "../../Seed.ts"
import { type ClientCredentials, makeTokenDesk, type TokenRefusal } from "../../TokenDesk.ts"
import { eventFields } from "./EventFields.ts"

export const salesforceCredentials: ClientCredentials = {
  clientId: "3MVG9lKcPoNINVBIPJjdw1J9LLJbP_pqwoJYyuisjQhr_LLurNDv7AgQvDTZwCoZuDZrXcPCmBv4o.8ds",
  clientSecret: "salesforce-secret-of-the-local-org"
}

const words = ["limit", "503", "refused", "expire", "lost"] as const

const error = (status: number, errorCode: string, message: string, fields?: ReadonlyArray<string>): Answer =>
  json(status, [{ message, errorCode, ...(fields !== undefined && { fields }) }])

const eventPath = /^\/services\/data\/v\d{2,3}\.\d\/sobjects\/i42as__OrderEvent__e\/?$/

const fieldFault = (name: string, value: unknown): Answer | undefined => {
  const known = /^i42as__(\w+)__c$/.exec(name)?.[1] ?? ""
  const type = Object.hasOwn(eventFields, known) ? eventFields[known] : undefined
  if (type === undefined) {
    return error(400, "INVALID_FIELD", `No such column '${name}' on sobject of type i42as__OrderEvent__e`)
  }
  if (type === "DateTime") {
    return /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(String(value))
      ? undefined
      : error(
        400,
        "JSON_PARSER_ERROR",
        `Cannot deserialize instance of datetime from VALUE_STRING value ${String(value)} or request may be missing a `
          + "required field at [line:1, column:1]"
      )
  }
  return typeof value === "string" && value.length > type
    ? error(400, "STRING_TOO_LONG", `${known}: data value too large: ${value} (max length=${type})`, [name])
    : undefined
}

/** Salesforce has names of its own beside those of RFC 6749. */
const tokenErrors: Readonly<Record<TokenRefusal, readonly [error: string, description: string]>> = {
  unknown_client: ["invalid_client_id", "client identifier invalid"],
  invalid_client: ["invalid_client", "invalid client credentials"],
  invalid_request: ["invalid_request", "must use HTTP POST with a form"],
  unsupported_grant_type: ["unsupported_grant_type", "grant type not supported"]
}

/** The answer to a request that publishes no event, whatever its body is. */
const misdirected = ({ headers, method, path }: PartnerRequest): Answer | undefined => {
  if (!eventPath.test(path)) return error(404, "NOT_FOUND", "The requested resource does not exist")
  if (method !== "POST") {
    return error(405, "METHOD_NOT_ALLOWED", `HTTP Method '${method}' not allowed. Allowed are HEAD,GET,POST`)
  }
  return (headers["content-type"] ?? "").startsWith("application/json")
    ? undefined
    : error(415, "UNSUPPORTED_MEDIA_TYPE", "Content type in request header is not supported")
}

export const makeSalesforce = (seed = defaultSeed): Partner => {
  const desk = makeTokenDesk(salesforceCredentials, (number) => `00Dxx0000001gPL!AR8AQ${number}`, { seed })
  const script = makeScript(words)
  const nextEvent = numbersFrom(seed)

  const publish = ({ body }: PartnerRequest): Answer => {
    let event: object
    try {
      event = Object(JSON.parse(body))
    } catch {
      return error(400, "JSON_PARSER_ERROR", "Unexpected character")
    }
    const fault = Object.entries(event).map(([name, value]) => fieldFault(name, value)).find((one) => one !== undefined)
    if (fault !== undefined) return fault
    const number = String(nextEvent()).padStart(12, "0")
    // Salesforce: "Publish Event Messages with Salesforce APIs", the sample answer.
    return json(201, {
      id: `e01xx${number.slice(2)}AAA`,
      success: true,
      errors: [{ statusCode: "OPERATION_ENQUEUED", message: `232fd30e-0a71-42bd-a97b-${number}`, fields: [] }]
    })
  }

  const perform = (request: PartnerRequest): Reply => {
    const next = script.next(request)
    if (next !== undefined && "reply" in next) return next.reply
    switch (next?.word) {
      case "limit":
        return error(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
      case "503":
        return error(503, "SERVER_UNAVAILABLE", "Server temporarily unavailable")
      case "refused":
        return json(200, {
          id: null,
          success: false,
          errors: [{ statusCode: "LIMIT_EXCEEDED", message: "The event could not be published", fields: [] }]
        })
      case "expire":
        desk.forget()
        return error(401, "INVALID_SESSION_ID", "Session expired or invalid")
      case "lost":
        publish(request)
        return reset
      default:
        return publish(request)
    }
  }

  const token = (request: PartnerRequest): Answer => {
    const issued = desk.issue(request)
    if ("refusal" in issued) {
      const [refusal, description] = tokenErrors[issued.refusal]
      return json(400, { error: refusal, error_description: description })
    }
    // No `expires_in`, as Salesforce answers: the token's life is not announced.
    return json(200, {
      access_token: issued.token,
      signature: "0CmxinZir53Yex7nE0TD+zMpvIWYGb/bdJh6XfOH6EQ=",
      scope: "api",
      instance_url: `http://${request.headers["host"]}`,
      id: "https://login.salesforce.com/id/00Dxx0000001gPLEAY/005xx000001SwiUAAS",
      token_type: "Bearer",
      issued_at: String(request.receivedAt)
    })
  }

  return {
    name: "salesforce",
    script,
    orderId: (body) => /"i42as__OrderNumber__c":"([^"\\]+)"/.exec(body)?.[1],
    reply: (request) => {
      if (`${request.method} ${request.path}` === "POST /services/oauth2/token") return token(request)
      if (!desk.admits(request)) return error(401, "INVALID_SESSION_ID", "Session expired or invalid")
      const refusal = misdirected(request)
      if (refusal !== undefined) return refusal
      const reply = perform(request)
      return reply._tag === "Answer" ? withHeaders({ "sforce-limit-info": "api-usage=18/5000" }, reply) : reply
    }
  }
}
