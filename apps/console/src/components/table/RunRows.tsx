/** The runs over an order, newest first. */
import { Loaded } from "../feedback/Loaded.tsx"
import { useOrderRuns } from "./OrderRuns.ts"
import { RunTable } from "./RunTable.tsx"

export const RunRows = ({ orderId, current }: { readonly orderId: string; readonly current?: string }) => (
  <Loaded query={useOrderRuns(orderId)} what="runs">
    {({ items }) => (
      <RunTable
        label="Runs over this order"
        runs={items}
        of="order"
        {...(current === undefined ? {} : { current })}
      />
    )}
  </Loaded>
)
