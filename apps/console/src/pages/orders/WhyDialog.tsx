/** Why a member of an order has its value: the chain back to its origin, and who was told it. */
import { useQuery } from "@tanstack/react-query"
import { Link } from "@tanstack/react-router"
import { api } from "../../api/Api.ts"
import { Dialog } from "../../components/feedback/Dialog.tsx"
import { Failure, Loading } from "../../components/feedback/Notice.tsx"
import { Time } from "../../components/values/Time.tsx"

interface WhyProps {
  readonly orderId: string
  /** A JSON pointer. */
  readonly path: string
  readonly version: number
}

const Explanation = ({ orderId, path, version }: WhyProps) => {
  const query = useQuery({
    queryKey: ["order-why", orderId, path, version],
    queryFn: ({ signal }) =>
      api.orders.why({ params: { id: orderId }, query: { path, version: String(version) } }, signal)
  })
  if (query.data === undefined) {
    return query.error === null
      ? <Loading what="the explanation" />
      : <Failure error={query.error} retry={() => void query.refetch()} />
  }
  const { chain, toldTo, version: brought } = query.data
  return (
    <div className="stack">
      <p>
        It has this value since version <span className="num">{brought}</span>.
      </p>
      <ol>
        {chain.map(({ at, expression, id, kind, summary }) => (
          <li key={id}>
            <span className="muted">{kind}</span> {summary}
            {expression !== undefined && (
              <>
                {" "}
                <code className="break">{expression}</code>
              </>
            )}{" "}
            <span className="muted">
              <Time at={at} />
            </span>
          </li>
        ))}
      </ol>
      <h3>Told to</h3>
      {toldTo.length === 0
        ? <p className="muted">No delivery has told this value.</p>
        : (
          <ul>
            {toldTo.map(({ deliveredAt, deliveryId, endpointId }) => (
              <li key={deliveryId}>
                <Link to="/deliveries/$id" params={{ id: deliveryId }}>{endpointId ?? "the address of a step"}</Link>
                {" "}
                <span className="muted">
                  {deliveredAt === undefined ? "attempted, not delivered yet" : <Time at={deliveredAt} />}
                </span>
              </li>
            ))}
          </ul>
        )}
    </div>
  )
}

export const WhyDialog = ({ onClose, ...why }: WhyProps & { readonly onClose: () => void }) => (
  <Dialog title={`Why ${why.path} has this value`} onClose={onClose}>
    <Explanation {...why} />
  </Dialog>
)
