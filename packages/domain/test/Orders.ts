/** Orders as a test needs them: all members that every order has, and the ones that the test is about. */
import type { Order } from "@sluice/domain/order/Order"

/** A new order, created at the beginning of 2026. */
export const orderWith = (members: Partial<Order>): Order => ({
  id: "ORD-1",
  orderType: "NEW_ORDER",
  status: "New",
  createdAt: "2026-01-01T00:00:00.000Z",
  updatedAt: "2026-01-01T00:00:00.000Z",
  version: 1,
  ...members
})
