/**
 * The values by which a person is known, collected from documents: every string below a personal member. Elsewhere each
 * is sought as a whole string; identifiers, e-mail addresses, phone numbers, full names and streets with a number also
 * within longer ones.
 * Contract: section 7, `POST /v1/customers/{id}/erase`.
 */
import { replaceStrings } from "./JsonStrings.ts"

/** The replacement for a string of a person. */
export const erased = "[erased]"

/** The values that identify a person, as JSON: an erasure that is under way is stored. */
export interface PersonalValues {
  /** Sought as whole strings. */
  readonly whole: ReadonlyArray<string>
  /** Sought within longer strings too, in any case. */
  readonly within: ReadonlyArray<string>
}

const emailPattern = /^[^\s@"<>]+@[^\s@"<>]+\.[^\s@"<>]+$/
const identifierName = /(^id|Id|ID|_id|[nN]umber|[rR]eference|[tT]oken|[iI]ban|[sS]sn)$/
const phoneName = /phone|mobile|msisdn|(^|[_a-z])tel($|[A-Z_])|^fax/i
const fullName = /(^|[a-z_])name$/i
const firstName = /^(first_?name|given_?name)$/i
const lastName = /^(last_?name|family_?name|surname)$/i
const streetName = /street|address|line\d?$/i
const birthName = /birth|^dob$/i

const digitsIn = (text: string): number => text.replaceAll(/\D/g, "").length

/** Codes, numbers, times and words of forms: the same text elsewhere says nothing of the person. */
const commonplace = [
  /^.?$/su,
  /^[A-Z]{2,3}$/,
  /^[a-z]{2}([-_][A-Za-z]{2})?$/,
  /^[\d.,:\s-]{1,4}$/,
  /^-?\d+[.,]\d{1,4}$/,
  /^\d{4}-\d\d-\d\d([T ].*)?$/,
  /^(true|false|yes|no|null|none|unknown|other|mr|mrs|ms|miss|male|female|private|business|home|work|billing|shipping)$/i,
  /^(credit_?card|card|debit|invoice|visa|mastercard|amex|paypal|klarna|sepa|bank|cash)$/i,
  /^(new|open|active|inactive|pending|authori[sz]ed|captured|paid|unpaid|failed|completed|cancelled|refunded)$/i
]

const isTelling = (value: string, member: string | undefined): boolean =>
  value !== erased && (!commonplace.some((pattern) => pattern.test(value))
    || /^\d{4}-\d\d-\d\d$/.test(value) && member !== undefined && birthName.test(member))

/** True if the text is long or odd enough to be sought within others. */
const isDistinct = (text: string): boolean =>
  /^\d+$/.test(text) ? text.length >= 5 : text.length >= 4 || text.length >= 2 && /\d/.test(text) && /\p{L}/u.test(text)

const isWithin = (value: string, member: string): boolean =>
  emailPattern.test(value)
  || identifierName.test(member) && isDistinct(value)
  || (phoneName.test(member) ? digitsIn(value) >= 5 : /^\+?[\d\s()./-]{7,}$/.test(value) && digitsIn(value) >= 7)
  || fullName.test(member) && /\S\s+\S/.test(value)
  || streetName.test(member) && /^(?=.*\p{L}{3})(?=.*\d).*\s/u.test(value)

/** Collects from any number of documents. */
export class PersonalValueCollector {
  readonly #whole = new Set<string>()
  readonly #within = new Set<string>()

  /** Adds a value that names the person: an identifier, or an e-mail address. */
  addIdentifier(value: string): void {
    if (value === "" || value === erased) return
    this.#whole.add(value)
    if (isDistinct(value)) this.#within.add(value)
  }

  #add(value: string, member: string | undefined): void {
    if (!isTelling(value, member)) return
    this.#whole.add(value)
    if (member !== undefined && isWithin(value, member)) this.#within.add(value)
  }

  /** Adds the personal values of a document, given as JSON. */
  addDocument(text: string): void {
    /** First and last names, by the depth of the object that holds them. */
    const firsts = new Map<number, string>()
    const lasts = new Map<number, string>()
    replaceStrings(text, {
      string: (value, { depth, isName, isPersonal, member }) => {
        if (!isPersonal || isName) return value
        this.#add(value, member)
        if (member !== undefined && firstName.test(member)) firsts.set(depth, value)
        if (member !== undefined && lastName.test(member)) lasts.set(depth, value)
        return value
      },
      close: (depth) => {
        const [first, last] = [firsts.get(depth), lasts.get(depth)]
        firsts.delete(depth)
        lasts.delete(depth)
        if (first === undefined || last === undefined || first === erased || last === erased) return
        for (const name of [`${first} ${last}`, `${last} ${first}`, `${last}, ${first}`]) this.#within.add(name)
      }
    })
  }

  get values(): PersonalValues {
    return { whole: [...this.#whole], within: [...this.#within] }
  }
}
