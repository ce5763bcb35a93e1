/** The `webhooks` of the OpenAPI description: one operation per type that an endpoint can subscribe to. Section 7. */
import { eventTypes, type EventTypeView } from "./EventTypes.ts"

const header = (name: string, description: string, required = true) => ({
  name,
  in: "header",
  required,
  description,
  schema: { type: "string" }
})

const headers = [
  header("webhook-id", "Names the message: the same over attempts, endpoints, redelivery and replay"),
  header("webhook-timestamp", "Seconds since the epoch, at this attempt"),
  header("webhook-signature", "`v1,` and HMAC-SHA256 over `<id>.<timestamp>.<body>`; two for a day after a rotation"),
  header("webhook-type", "The type of the message"),
  header("webhook-sequence", "Grows over all events; gaps are possible"),
  header("webhook-cause", "The id of the timeline entry that a message about an order tells of", false)
]

const operation = ({ description, example, schema, type }: EventTypeView) => {
  const { $schema: _, ...inline } = schema as Readonly<Record<string, unknown>>
  return {
    post: {
      tags: ["Webhooks"],
      summary: type,
      description,
      parameters: headers,
      requestBody: {
        required: true,
        content: { "application/json": { schema: inline, examples: { example: { value: example } } } }
      },
      responses: { "2XX": { description: "The message was taken; anything else is tried again" } }
    }
  }
}

export const openApiWebhooks: Readonly<Record<string, unknown>> = Object.fromEntries(
  eventTypes.map((one) => [one.type, operation(one)])
)
