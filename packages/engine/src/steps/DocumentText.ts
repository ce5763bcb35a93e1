/**
 * The text of an order's next version. A large one is made from the text of the version before: only members that changed
 * are written, each in a turn of its own, and their texts serve the document, the record and the history alike.
 */
import type { PatchedMember } from "@sluice/domain/callout/CalloutRecord"
import { textMembers } from "@sluice/domain/internal/json/JsonText"
import { remember, textSteps, textWithKnown } from "@sluice/domain/internal/json/KnownTexts"
import { inTurns, isLarge, largeLength, turn } from "@sluice/domain/internal/json/LargeText"
import type { Steps } from "@sluice/domain/internal/json/Steps"
import type { JsonObject } from "@sluice/domain/json/Json"
import type { Order } from "@sluice/domain/order/Order"
import { Effect } from "effect"
import type { Document } from "../journal/Journal.ts"

const nameOf = (written: string): string => written.includes("\\") ? JSON.parse(`"${written}"`) as string : written

/** The texts of the members, which the next version shares as far as it has not changed them. */
const rememberUnchanged = ({ order, text }: Document): void => {
  for (const { name, value } of textMembers(text)) {
    // A text of a few characters is not worth being remembered.
    if (value.length > 256) remember(order[nameOf(name)], value)
  }
}

class WrittenLater implements Document {
  readonly order: Order
  readonly #before: Document
  #text: string | undefined

  constructor(order: Order, before: Document) {
    this.order = order
    this.#before = before
  }

  write(): string {
    rememberUnchanged(this.#before)
    return this.#text = textWithKnown(this.order)
  }

  *writeSteps(): Steps<void> {
    rememberUnchanged(this.#before)
    yield
    this.#text = yield* textSteps(this.order)
  }

  get text(): string {
    return this.#text ?? this.write()
  }
}

/**
 * The document of `order`, which follows on `before` by a patch. The text of a large one is made when it is first asked
 * for: see `writeInTurns`.
 */
export const documentOf = (order: Order, before: Document, patch?: JsonObject): Document =>
  before.text.length < largeLength && !isLarge(patch)
    ? { order, text: JSON.stringify(order) }
    : new WrittenLater(order, before)

/** Makes the text of a large document before it is needed: value by value, each in a turn. */
export const writeInTurns = (
  document: Document | undefined,
  changes: ReadonlyArray<PatchedMember>
): Effect.Effect<void> | undefined =>
  document instanceof WrittenLater
    ? Effect.uninterruptible(Effect.gen(function*() {
      for (const { after } of changes) {
        if (typeof after !== "object" || after === null) continue
        yield* turn
        remember(after, yield* inTurns(textSteps(after)))
      }
      yield* turn
      yield* inTurns(document.writeSteps())
      yield* turn
    }))
    : undefined
