/** The options of the `zuora` step. Contract: section 6. */
import { Schema } from "effect"

/** An account number may have this many characters (Zuora: "Create an account", `accountNumber`). */
export const longestAccountNumber = 50

/** Zuora's own bound of a synchronous "Create an order". */
const mostSubscriptions = 50

const Milliseconds = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 86_400_000 }))

/** Passed on as it is written: its members are Zuora's, not ours. */
const Members = Schema.Record(Schema.String, Schema.Unknown)

export const ZuoraOptions = Schema.Struct({
  /** `https://rest.zuora.com`, or the data centre's own. */
  baseUrl: Schema.NonEmptyString,
  /** The number of the account that is created; absent: Zuora gives one. */
  accountNumber: Schema.optionalKey(
    Schema.String.check(Schema.isBetweenLength(1, longestAccountNumber, {
      expected: `an account number of 1 to ${longestAccountNumber} characters`
    }))
  ),
  /** Other members of the account; they win over what is taken from the order. */
  account: Schema.optionalKey(Members),
  subscriptions: Schema.Array(Schema.Struct({
    productRatePlanId: Schema.NonEmptyString,
    /** Zuora's `terms`; absent: evergreen. */
    terms: Schema.optionalKey(Members)
  })).check(Schema.isBetweenLength(1, mostSubscriptions, {
    expected: `a list of 1 to ${mostSubscriptions} subscriptions`
  })),
  /** Milliseconds for each request; default 30 s. */
  timeoutValue: Schema.optionalKey(Milliseconds.check(Schema.isGreaterThan(0))),
  /** Attempts after the first, each so many milliseconds after the one before. Default 1 s, 5 s, 15 s. */
  retry: Schema.optionalKey(Schema.Struct({ delaysMs: Schema.Array(Milliseconds) }))
})
export type ZuoraOptions = typeof ZuoraOptions.Type
