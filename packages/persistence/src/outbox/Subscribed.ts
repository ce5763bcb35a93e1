/**
 * The types that any endpoint of the database subscribes to, as this process knows them. Messages that most installations
 * have no subscriber for (state events) are made only where the type is among these, so that an order without subscribers
 * pays nothing for them. The knowledge is up to a second old; a statement that leaves such messages out therefore carries
 * a guard: where a subscriber has come meanwhile it stores nothing and says so, and is sent again with them.
 */

/** The value in the `types` of an endpoint that subscribes to all of them. */
export const everyType = "*"

export interface Subscribed {
  readonly tells: (type: string) => boolean
  /** Replaces the known types by `types`, all those that some endpoint subscribes to. */
  readonly set: (types: ReadonlyArray<string>) => void
}

export const make = (): Subscribed => {
  let known: ReadonlySet<string> = new Set()
  return {
    tells: (type) => known.has(type) || known.has(everyType),
    set: (types) => {
      known = new Set(types)
    }
  }
}

/** SQL for `Subscribed.set`: the types that endpoints subscribe to, separated by spaces; null where there are none. */
export const subscribedTypes = `(select string_agg(distinct s.type, ' ') from webhook_endpoints w,
  unnest(w.types) as s(type))`

export const typesOf = (text: unknown): ReadonlyArray<string> => typeof text === "string" ? text.split(" ") : []

/**
 * SQL: true if an endpoint subscribes to one of the types in parameter `n`, a list that contains `*` where it is not
 * empty.
 */
export const subscribes = (n: number): string =>
  `exists (select from webhook_endpoints w where w.types && $${n}::text[])`
