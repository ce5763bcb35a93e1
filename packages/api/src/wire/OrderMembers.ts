/** An order as responses and webhook messages show it: the members that every stored order has, and its own. */
import { Schema } from "effect"

/** Members that are not listed are as they were submitted. */
export const OrderMembers = Schema.StructWithRest(
  Schema.Struct({
    id: Schema.String,
    orderType: Schema.String,
    status: Schema.String,
    createdAt: Schema.String,
    updatedAt: Schema.String,
    version: Schema.Int
  }),
  [Schema.Record(Schema.String, Schema.Json)]
)
