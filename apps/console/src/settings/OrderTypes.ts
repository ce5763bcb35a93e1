/** The order types of the contract, section 3; any other string is an order type, too. */
export const orderTypes: ReadonlyArray<string> = [
  "NEW_ORDER",
  "NEW_GIFT_ORDER",
  "CHANGED_DELIVERY_ADDRESS",
  "CHANGED_BILLING_ADDRESS",
  "CHANGE_PAYMENT_REQUEST",
  "CHANGE_OFFER",
  "ADD_OFFER",
  "CANCEL_REQUEST",
  "UPDATE_CUSTOMER",
  "UPDATE_SUBSCRIPTION",
  "REFUND",
  "REQUEST_RENEWAL",
  "DATA_CAPTURE"
]
