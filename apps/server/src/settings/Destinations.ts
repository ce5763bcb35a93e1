/**
 * Resolves the destinations of deliveries by the settings in force, and evaluates the expressions of endpoints: the
 * ports of `delivery`, implemented with the engine's.
 */
import { Destinations, DestinationUnknown } from "@sluice/delivery/Destinations"
import { MessageExpressionError, MessageExpressions } from "@sluice/delivery/MessageExpressions"
import { makeRedactor, type Redactor } from "@sluice/domain/redaction/Redaction"
import { Expressions, type ExpressionScope } from "@sluice/engine/expressions/Expressions"
import { messageCredentials } from "@sluice/engine/internal/callouts/MessageCredentials"
import { SettingsLive } from "@sluice/persistence/settings/SettingsLive"
import { Effect, Layer } from "effect"

export const destinations: Layer.Layer<Destinations, never, SettingsLive> = Layer.effect(
  Destinations,
  Effect.gen(function*() {
    const settings = yield* SettingsLive
    let made: { readonly of: ReadonlyArray<string>; readonly redactor: Redactor } | undefined

    return Destinations.of({
      endpoint: (id) => settings.current().webhookEndpoints.get(id),
      credentials: ({ url, origin }) =>
        settings.pipeline(origin.pipeline.name, origin.pipeline.version).pipe(
          Effect.mapError(({ message }) => new DestinationUnknown({ message })),
          Effect.flatMap((pipeline) => {
            const found = messageCredentials(origin, url, pipeline, settings.current())
            return "unavailable" in found
              ? Effect.fail(new DestinationUnknown({ message: found.unavailable }))
              : Effect.succeed(found)
          })
        ),
      // Compiled once for a set of secrets.
      redactor: () => {
        const { secrets } = settings.current()
        if (made?.of !== secrets) made = { of: secrets, redactor: makeRedactor(secrets) }
        return made.redactor
      }
    })
  })
)

export const messageExpressions: Layer.Layer<MessageExpressions, never, Expressions> = Layer.effect(
  MessageExpressions,
  Effect.map(Expressions, ({ evaluate }) => ({
    evaluate: (source, message, now, endpointId) =>
      // The evaluator takes any object; a step's has the members that its type names, a message has its own.
      evaluate(source, message as unknown as ExpressionScope, now, `endpoint ${endpointId}`).pipe(
        Effect.mapError((error) => new MessageExpressionError({ message: error.message }))
      )
  }))
)
