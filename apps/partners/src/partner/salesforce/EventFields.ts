/**
 * The fields of `i42as__OrderEvent__e`, as Limio lists them ("Platform Events Definitions"): a number is the most
 * characters of a text. Written from that page, and not from the plugin's own table.
 */
export const eventFields: Readonly<Record<string, number | "DateTime">> = {
  OrderType: 40,
  ChangeType: 40,
  OrderNumber: 40,
  PurchaseDate: "DateTime",
  EffectiveDate: "DateTime",
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
  // LongTextArea: Salesforce's own bound.
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
