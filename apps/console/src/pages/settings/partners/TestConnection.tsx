/** Tests a connector or an auth provider with the stored credentials, and shows the result. */
import { PlugZap } from "lucide-react"
import { type FormEvent, useState } from "react"
import { type Answer, api, type Payload } from "../../../api/Api.ts"
import { routes } from "../../../api/Routes.ts"
import { Allowed } from "../../../components/feedback/Allowed.tsx"
import { CopyCurl } from "../../../components/feedback/CopyCurl.tsx"
import { Dialog } from "../../../components/feedback/Dialog.tsx"
import { Failure } from "../../../components/feedback/Notice.tsx"

type Kind = "connectors" | "authProviders"
type Tested = Answer<"connectors", "testConnection">

export interface TestConnectionProps {
  readonly kind: Kind
  readonly id: string
  /** The address to request unless another is entered; a grant without an address is tested by its token. */
  readonly address: string
}

const about: Record<Kind, string> = {
  connectors:
    "One request with the stored credentials goes to the partner now, without an order. Save first: what is being edited is not tested.",
  authProviders:
    "A new token is fetched and kept nowhere; other credentials go to the address with one request. Save first: what is being edited is not tested."
}

const Said = ({ tested }: { readonly tested: Tested }) => (
  <div className="stack" role="status">
    <p className={`why break ${tested.ok ? "tone-ok" : "tone-bad"}`}>{tested.summary}</p>
    {tested.request?.contentType !== undefined && (
      <p className="muted">
        {tested.request.contentType}, {Math.round(tested.request.durationMs)} ms
      </p>
    )}
    {tested.request?.body !== undefined && <pre className="break">{tested.request.body}</pre>}
  </div>
)

const TestDialog = ({ address, id, kind, onClose }: TestConnectionProps & { readonly onClose: () => void }) => {
  const [url, setUrl] = useState("")
  const [method, setMethod] = useState<"GET" | "HEAD">("GET")
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(undefined)
  const [tested, setTested] = useState<Tested | undefined>(undefined)
  const payload: Payload<Kind, "testConnection"> = { method, ...(url.trim() === "" ? {} : { url: url.trim() }) }
  const parts = { params: { id }, payload }
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    if (busy) return
    setBusy(true)
    setError(undefined)
    setTested(undefined)
    try {
      setTested(await api[kind].testConnection(parts))
    } catch (refused) {
      setError(refused)
    } finally {
      setBusy(false)
    }
  }
  return (
    <Dialog title={`Test ${id}`} description={about[kind]} onClose={onClose}>
      <form className="stack" onSubmit={(event) => void submit(event)}>
        <label className="field">
          <span>Address (optional)</span>
          <input
            className="input mono"
            value={url}
            spellCheck={false}
            placeholder={address}
            onChange={(event) => setUrl(event.target.value)}
          />
        </label>
        <label className="field">
          <span>Method</span>
          <select
            className="input"
            value={method}
            onChange={(event) => setMethod(event.target.value === "HEAD" ? "HEAD" : "GET")}
          >
            <option>GET</option>
            <option>HEAD</option>
          </select>
        </label>
        {tested !== undefined && <Said tested={tested} />}
        {error !== undefined && <Failure error={error} />}
        <div className="actions">
          <CopyCurl request={{ route: routes[kind].testConnection, parts }} />
          <span className="grow" />
          <button type="button" className="button" onClick={onClose}>Close</button>
          <button type="submit" className="button primary" disabled={busy}>
            {busy ? "Asking …" : tested === undefined ? "Send the request" : "Send it again"}
          </button>
        </div>
      </form>
    </Dialog>
  )
}

export const TestConnection = (props: TestConnectionProps) => {
  const [asked, setAsked] = useState(false)
  return (
    <Allowed role="operate">
      <button type="button" className="button primary" onClick={() => setAsked(true)}>
        <PlugZap className="icon" aria-hidden="true" />
        Test the connection …
      </button>
      {asked && <TestDialog {...props} onClose={() => setAsked(false)} />}
    </Allowed>
  )
}
