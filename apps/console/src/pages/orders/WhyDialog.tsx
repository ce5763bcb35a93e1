/** Explains the value of an order's member: the chain back to its origin, and the receivers that were sent it. */
import { useQuery } from "@tanstack/react-query"
import { Link } from "@tanstack/react-router"
import { type Answer, api } from "../../api/Api.ts"
import { Dialog } from "../../components/feedback/Dialog.tsx"
import { Loaded } from "../../components/feedback/Loaded.tsx"
import { Time } from "../../components/values/Time.tsx"
import { consolePath } from "../../url/ConsolePath.ts"

interface WhyProps {
  readonly orderId: string
  /** A JSON pointer. */
  readonly path: string
  readonly version: number
}

type Why = Answer<"orders", "why">

const Explanation = ({ orderId, path, version }: WhyProps) => {
  const query = useQuery({
    queryKey: ["order-why", orderId, path, version],
    queryFn: ({ signal }) =>
      api.orders.why({ params: { id: orderId }, query: { path, version: String(version) } }, signal)
  })
  return (
    <Loaded query={query} what="the explanation">
      {(why) => (
        <div className="stack">
          <p className="break">
            {why.value === undefined ? "It was removed with" : (
              <>
                <code>{JSON.stringify(why.value).slice(0, 200)}</code> since
              </>
            )} version <span className="num">{why.version}</span>.
          </p>
          <ol className="chain" aria-label="The chain back to its origin">
            {why.chain.map((link) => <ChainLink key={link.id} link={link} />)}
          </ol>
          <h3>Told to</h3>
          <Audience toldTo={why.toldTo} />
        </div>
      )}
    </Loaded>
  )
}

const valueText = (value: unknown): string => value === undefined ? "absent" : JSON.stringify(value).slice(0, 120)

const ChainLink = ({ link }: { readonly link: Why["chain"][number] }) => {
  const { after, at, before, expression, href, kind, savedBy, summary } = link
  return (
    <li>
      <span className="muted">{kind}</span> <Link className="break" to={consolePath(href)}>{summary}</Link>{" "}
      <span className="muted">
        <Time at={at} />
        {savedBy !== undefined && `, saved by ${savedBy}`}
      </span>
      {expression !== undefined && (
        <div>
          <code className="break">{expression}</code>
        </div>
      )}
      {(before !== undefined || after !== undefined) && (
        <div className="mono break">
          <del className="muted">{valueText(before)}</del> → <ins>{valueText(after)}</ins>
        </div>
      )}
    </li>
  )
}

const Audience = ({ toldTo }: Pick<Why, "toldTo">) =>
  toldTo.length === 0
    ? <p className="muted">No delivery has sent this value.</p>
    : (
      <ul>
        {toldTo.map(({ deliveredAt, deliveryId, endpointId }) => (
          <li key={deliveryId}>
            <Link to="/deliveries/$id" params={{ id: deliveryId }}>{endpointId ?? "the address of a step"}</Link>{" "}
            <span className="muted">
              {deliveredAt === undefined ? "attempted, not delivered yet" : <Time at={deliveredAt} />}
            </span>
          </li>
        ))}
      </ul>
    )

export const WhyDialog = ({ onClose, ...why }: WhyProps & { readonly onClose: () => void }) => (
  <Dialog title={`Why ${why.path} has this value`} onClose={onClose}>
    <Explanation {...why} />
  </Dialog>
)
