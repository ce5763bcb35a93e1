/**
 * The fields of `i42as__OrderEvent__e` and how long their texts may be (Limio: "Platform Events Definitions"); Salesforce
 * ends the names of custom fields in `__c`.
 */

/** Characters that the platform takes, by field. */
const lengths: Readonly<Record<string, number>> = {
  OrderType: 40,
  ChangeType: 40,
  OrderNumber: 40,
  SubscriptionId: 100,
  Source: 40,
  InitiatedSource: 40,
  OrderSource: 40,
  ContactId: 18,
  AccountId: 18,
  CaseId: 18,
  GiftCode: 40,
  InitiatedByLimioId: 70,
  InitiatedByExternalId: 150,
  LimioOrder: 131_072,
  OfferId: 40,
  OfferType: 40,
  TermLengthUnits: 40,
  TermLengthValue: 40,
  OfferDisplayName: 100,
  DisplayPrice: 150,
  Description: 100,
  ProductCode: 40,
  ProductName: 40,
  StudentCourse: 100,
  StudentUniversity: 100,
  StudentGraduationYear: 4
}

const dateTimes = ["PurchaseDate", "EffectiveDate"]

export const platformName = (field: string): string => `i42as__${field}__c`

/** The field's name as Salesforce has it; `undefined` for a name that cannot be one. */
export const fieldName = (written: string): string | undefined => {
  if (/^[A-Za-z]\w*__c$/.test(written)) return written
  const bare = written.replace(/^i42as__/, "")
  const known = Object.hasOwn(lengths, bare) || dateTimes.includes(bare)
  return known || (bare !== written && /^[A-Za-z]\w*$/.test(bare)) ? platformName(bare) : undefined
}

/** The most characters that a field takes, where it is known. */
export const limitOf = (name: string): number | undefined => {
  const field = /^i42as__(\w+)__c$/.exec(name)?.[1]
  return field !== undefined && Object.hasOwn(lengths, field) ? lengths[field] : undefined
}

/** The fault in the names of fields, as a sentence that says what to write; `undefined` if there is none. */
export const namesFault = (names: ReadonlyArray<string>): string | undefined => {
  const unknown = names.filter((name) => fieldName(name) === undefined)
  return unknown.length === 0
    ? undefined
    : `${unknown.join(", ")}: no field of i42as__OrderEvent__e; write one of ${
      [...Object.keys(lengths), ...dateTimes].join(", ")
    }, or the API name of a field of your own, which ends in __c`
}
