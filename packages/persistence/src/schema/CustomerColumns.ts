/**
 * The columns of `customers` that hold an order's data about its customer, each a JSON text, by the order's member.
 */
import type { CustomerMember } from "@sluice/domain/order/Customer"

export const customerColumns: Readonly<Record<CustomerMember, string>> = {
  customerId: "customer_id",
  customerEmail: "customer_email",
  customerName: "customer_name",
  customerPhone: "customer_phone",
  customerType: "customer_type",
  customerDetails: "customer_details",
  billingAddress: "billing_address",
  shippingAddress: "shipping_address"
}
