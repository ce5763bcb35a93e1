/**
 * Accounts and orders of the local Zuora: the checks and the answers of "Create an account" and "Create an order".
 *
 * The last two digits of each error code are the category that Zuora documents ("Error codes": 20 invalid value, 22
 * missing field, 30 business rule, 40 not found); the six before them are Zuora's own only in 531003, `termType`.
 */
import { type Answer, json } from "../../Reply.ts"
import { defaultSeed, numbersFrom } from "../../Seed.ts"

type Members = Readonly<Record<string, unknown>>

const members = (value: unknown): Members =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? value as Members : {}
const list = (value: unknown): ReadonlyArray<Members> => Array.isArray(value) ? value.map(members) : []
const isText = (value: unknown): value is string => typeof value === "string" && value !== ""

interface Reason {
  readonly code: number
  readonly message: string
}

/** The body of a refusal, after the sample in Zuora's "Error codes"; its HTTP status is 200. */
export const refusal = (...reasons: ReadonlyArray<Reason>): Answer =>
  json(200, { success: false, processId: "CBCFED6580B4E076", reasons })

const missing = (code: number, field: string): Reason => ({ code, message: `Missing required value: ${field}` })

const when = (condition: boolean, reason: Reason): ReadonlyArray<Reason> => condition ? [reason] : []

const parsed = (body: string): Members | undefined => {
  try {
    return members(JSON.parse(body))
  } catch {
    return undefined
  }
}

/** Category 90, "Malformed request". */
const unreadable = refusal({ code: 50000090, message: "The request body is not JSON" })

/** The error of an invalid term type, from Zuora's sample in "Error codes". */
export const invalidTermType: Reason = {
  code: 53100320,
  message: "'termType' value should be one of: TERMED, EVERGREEN"
}

const actionReasons = (action: Members): ReadonlyArray<Reason> => {
  const subscription = members(action["createSubscription"])
  const term = members(members(subscription["terms"])["initialTerm"])
  const plans = list(subscription["subscribeToRatePlans"])
  return [
    ...when(action["type"] !== "CreateSubscription", { code: 58000020, message: "'type' value is not supported here" }),
    ...when(term["termType"] !== "TERMED" && term["termType"] !== "EVERGREEN", invalidTermType),
    ...when(
      term["termType"] === "TERMED" && typeof term["period"] !== "number",
      missing(53100422, "terms.initialTerm.period")
    ),
    ...when(
      plans.length === 0 || !plans.every((plan) => isText(plan["productRatePlanId"])),
      missing(53300022, "subscribeToRatePlans.productRatePlanId")
    )
  ]
}

export interface Ledger {
  readonly createAccount: (body: string) => Answer
  readonly createOrder: (body: string) => Answer
}

const numbered = (prefix: string, number: number) => `${prefix}${String(number).padStart(8, "0")}`

export const makeLedger = (seed = defaultSeed): Ledger => {
  const accounts = new Set<string>()
  const [nextAccount, nextId, nextOrder, nextSubscription] = [
    numbersFrom(seed),
    numbersFrom(seed),
    numbersFrom(seed),
    numbersFrom(seed)
  ]
  const id = () => `8ad087d290a5e733${nextId().toString(16).padStart(16, "0")}`

  return {
    createAccount: (body) => {
      const account = parsed(body)
      if (account === undefined) return unreadable
      const contact = members(account["billToContact"])
      const wanted = account["accountNumber"]
      const number = isText(wanted) ? wanted : numbered("A", nextAccount())
      const reasons = [
        ...when(!isText(account["name"]), missing(51000122, "name")),
        ...when(!isText(account["currency"]), missing(51000222, "currency")),
        ...when(!isText(contact["firstName"]), missing(51100122, "billToContact.firstName")),
        ...when(!isText(contact["lastName"]), missing(51100222, "billToContact.lastName")),
        ...when(number.length > 50, { code: 51000320, message: "'accountNumber' is longer than 50 characters" }),
        ...when(accounts.has(number), { code: 51000330, message: `The account number ${number} already exists` }),
        ...when(
          account["autoPay"] === true &&
            !["paymentMethod", "creditCard", "hpmCreditCardPaymentMethodId"].some((name) =>
              account[name] !== undefined
            ),
          { code: 51000430, message: "autoPay needs a payment method" }
        )
      ]
      if (reasons.length > 0) return refusal(...reasons)
      accounts.add(number)
      // Zuora: "Create a billing account", the sample answer.
      return json(200, {
        success: true,
        accountId: id(),
        accountNumber: number,
        billToContactId: id(),
        soldToContactId: id()
      })
    },
    createOrder: (body) => {
      const order = parsed(body)
      if (order === undefined) return unreadable
      const account = order["existingAccountNumber"]
      const subscriptions = list(order["subscriptions"])
      const actions = subscriptions.flatMap((subscription) => list(subscription["orderActions"]))
      const reasons = [
        ...when(!/^\d{4}-\d{2}-\d{2}$/.test(String(order["orderDate"])), {
          code: 58000120,
          message: "'orderDate' must be yyyy-mm-dd"
        }),
        ...when(subscriptions.length === 0 || actions.length === 0, missing(58000222, "subscriptions")),
        ...when(subscriptions.length > 50, { code: 58000230, message: "More than 50 subscriptions in one order" }),
        ...when(!isText(account) || !accounts.has(account), {
          code: 58000340,
          message: `Cannot find the account ${String(account)}`
        }),
        ...actions.flatMap(actionReasons)
      ]
      if (reasons.length > 0) return refusal(...reasons)
      // Zuora: "Create subscriptions" and "Update price", the sample answer.
      return json(200, {
        success: true,
        orderNumber: numbered("O-", nextOrder()),
        accountNumber: account,
        status: "Completed",
        subscriptionNumbers: subscriptions.map(() => numbered("A-S", nextSubscription()))
      })
    }
  }
}
