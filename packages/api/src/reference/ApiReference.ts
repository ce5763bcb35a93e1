/**
 * The API with examples, as served by `/openapi.json` and `/docs`. They are kept apart from `Api`, so that clients
 * derived from it do not carry them. Every request was sent as it stands to a server with the partners of `pnpm
 * partners`, and every answer came from that server.
 */
import { Record } from "effect"
import { OpenApi } from "effect/http-api"
import { ruleOf } from "../Access.ts"
import { Api } from "../Api.ts"
import { access } from "../examples/Access.ts"
import type { Example, Examples } from "../examples/Examples.ts"
import { issues } from "../examples/Issues.ts"
import { jobs } from "../examples/Jobs.ts"
import { messages } from "../examples/Messages.ts"
import { orders } from "../examples/Orders.ts"
import { partnerSettings } from "../examples/PartnerSettings.ts"
import { pipelines } from "../examples/Pipelines.ts"
import { processEvents } from "../examples/ProcessEvents.ts"
import { retries } from "../examples/Retries.ts"
import { webhookEndpoints } from "../examples/WebhookEndpoints.ts"
import { openApiWebhooks } from "../webhooks/OpenApiWebhooks.ts"

export const examples: Examples = {
  ...orders,
  ...processEvents,
  ...retries,
  ...jobs,
  ...issues,
  ...pipelines,
  ...partnerSettings,
  ...webhookEndpoints,
  ...messages,
  ...access
}

type Content = NonNullable<OpenApi.OpenAPISpecOperation["requestBody"]>["content"]

/** OpenAPI's `examples` of a media type: each value in an object of its own, by name. */
const shown = (content: Content, values: Readonly<Record<string, unknown>> | undefined): Content =>
  values === undefined
    ? content
    : Record.map(content, (media) => ({ ...media, examples: Record.map(values, (value) => ({ value })) }))

const withExample = (
  operation: OpenApi.OpenAPISpecOperation,
  example: Example
): OpenApi.OpenAPISpecOperation => ({
  ...operation,
  parameters: operation.parameters.map((parameter) => {
    const value = example.parameters?.[parameter.name]
    return value === undefined ? parameter : { ...parameter, example: String(value) }
  }),
  ...(operation.requestBody !== undefined && {
    requestBody: { ...operation.requestBody, content: shown(operation.requestBody.content, example.requests) }
  }),
  responses: Object.fromEntries(
    Object.entries(operation.responses).map(([status, response]) => [
      status,
      response.content === undefined
        ? response
        : { ...response, content: shown(response.content, example.answers[Number(status)]) }
    ])
  )
})

/** Says which role the operation needs. */
const withRole = (operation: OpenApi.OpenAPISpecOperation): OpenApi.OpenAPISpecOperation => {
  const [group = "", endpoint = ""] = operation.operationId.split(".")
  const { need } = ruleOf(group, endpoint)
  if (need === "anyone") return operation
  const words = need === "lookup" ? "any role" : `the role \`${need}\``
  const { description } = operation
  const role = `Where keys are set: needs a key with ${words}.`
  return { ...operation, description: description === undefined ? role : `${description}\n\n${role}` }
}

/** The introduction: what a reader must start for the examples to work. */
const about = (info: OpenApi.OpenAPISpecInfo): OpenApi.OpenAPISpecInfo => ({
  ...info,
  description: `${info.description} The examples were sent as they stand, and talk to the partners that the repository `
    + "brings along, from port 9400 on (`PARTNERS_PORT=9400`): settings first, then order ORD-1001. Ids of runs and of "
    + "deliveries are new on each server."
})

/** Schemes have no case; readers of descriptions know `bearer` alone, and take `Bearer` for something else. */
const lowerCase = (components: OpenApi.OpenAPIComponents): OpenApi.OpenAPIComponents => ({
  ...components,
  securitySchemes: Record.map(
    components.securitySchemes,
    (scheme) => scheme.type === "http" ? { ...scheme, scheme: scheme.scheme.toLowerCase() } : scheme
  )
})

type Description = Parameters<NonNullable<Parameters<typeof OpenApi.annotations>[0]["transform"]>>[0]

/** The description generated from `Api`, with the examples and the webhooks added. */
export const withExamples = (description: Description): Description => ({
  ...description,
  info: about(description["info"]),
  webhooks: openApiWebhooks,
  components: lowerCase(description["components"]),
  paths: Record.map(
    description["paths"] as OpenApi.OpenAPISpecPaths,
    (path) =>
      Record.map(path as Readonly<Record<string, OpenApi.OpenAPISpecOperation>>, (operation) => {
        const example = examples[operation.operationId]
        const described = withRole(operation)
        return example === undefined ? described : withExample(described, example)
      })
  )
})

export const ApiReference = Api.annotateMerge(OpenApi.annotations({ transform: withExamples }))
