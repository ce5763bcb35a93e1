/** A new setting: begins as an example, and is created only if there is none with its name. */
import { useQueryClient } from "@tanstack/react-query"
import { getRouteApi, useNavigate } from "@tanstack/react-router"
import { Plus } from "lucide-react"
import { useState } from "react"
import { api, type Payload } from "../../api/Api.ts"
import { isProblem } from "../../api/ApiProblem.ts"
import type { StoredSettings } from "../../api/Documents.ts"
import { routes } from "../../api/Routes.ts"
import { Allowed } from "../../components/feedback/Allowed.tsx"
import { CopyCurl } from "../../components/feedback/CopyCurl.tsx"
import { NotFound } from "../../components/feedback/NotFound.tsx"
import { Failure } from "../../components/feedback/Notice.tsx"
import { SecretDialog } from "../../components/feedback/SecretDialog.tsx"
import { toast } from "../../components/feedback/Toasts.tsx"
import { usePageTitle } from "../../components/page/PageTitle.ts"
import { addressOf, type Kind, kindOf, kinds, readDraft, templateOf } from "../../settings/Kinds.ts"
import { useFaults } from "./editor/Faults.ts"
import { SettingText } from "./editor/SettingText.tsx"

const route = getRouteApi("/new/$kind")

export const NewSettingPage = () => {
  const kind = kindOf(route.useParams().kind)
  return kind === undefined ? <NotFound /> : <NewSetting key={kind} kind={kind} />
}

const exists = async (kind: Kind, id: string): Promise<boolean> => {
  try {
    await api[kind].get({ params: { id } })
    return true
  } catch (error) {
    if (isProblem(error) && error.status === 404) return false
    throw error
  }
}

/** The address that the draft goes to; empty where the server is to choose one. */
const addressIn = (kind: Kind, id: string, document: Readonly<Record<string, unknown>>): string => {
  const member = (name: string): string =>
    String(document[name] ?? document[name.charAt(0).toUpperCase() + name.slice(1)] ?? "")
  if (kinds[kind].named) return member("name")
  return id.trim() !== "" ? id.trim() : kind === "connectors" ? member("connectorId") : ""
}

/** The request for a new setting: its address and method. */
const askedFor = (kind: Kind, id: string, text: string) => {
  const draft = readDraft(text)
  const document = "document" in draft ? draft.document : {}
  const address = addressIn(kind, id, document)
  const byPost = kind === "webhookEndpoints"
  const payload = (byPost && address !== "" ? { ...document, id: address } : document) as Payload<"pipelines", "put">
  return { draft, address, byPost, payload }
}

/** A setting that is being written, and its creation. */
const useNewSetting = (kind: Kind) => {
  const { noun, named, page } = kinds[kind]
  const queries = useQueryClient()
  const navigate = useNavigate()
  const [text, setText] = useState(() => templateOf(kind))
  const [id, setId] = useState("")
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(undefined)
  const { faults, refuse, clear } = useFaults(text)
  const [made, setMade] = useState<StoredSettings | undefined>(undefined)
  const create = async (
    { address, byPost, payload }: ReturnType<typeof askedFor>
  ): Promise<StoredSettings | undefined> => {
    if (byPost && address === "") return api.webhookEndpoints.create({ payload })
    if (address === "") {
      refuse([{ path: named ? "name" : "", message: `give the ${noun} ${named ? "a name" : "an id"}` }], text)
      return undefined
    }
    if (await exists(kind, address)) {
      const message = `there is a ${noun} ${address} already: choose another name, or change that one`
      refuse([{ path: named ? "name" : "", message }], text)
      return undefined
    }
    return byPost ? api.webhookEndpoints.create({ payload }) : api[kind].put({ params: { id: address }, payload })
  }
  const open = (stored: StoredSettings) => navigate({ to: page, params: { id: addressOf(kind, stored) } })
  const submit = async (text: string) => {
    if (busy) return
    const asked = askedFor(kind, id, text)
    const { draft } = asked
    if ("fault" in draft) return toast("bad", "Not created: the text is no JSON", draft.fault)
    setBusy(true)
    setError(undefined)
    clear()
    try {
      const stored = await create(asked)
      if (stored === undefined) return
      await queries.invalidateQueries({ queryKey: ["settings", kind] })
      toast("ok", `The ${noun} ${addressOf(kind, stored)} is there`)
      if (typeof stored["secret"] === "string" && stored["secret"].startsWith("whsec_")) setMade(stored)
      else await open(stored)
    } catch (refused) {
      if (isProblem(refused) && refused.faults.length > 0) refuse(refused.faults, text)
      else setError(refused)
    } finally {
      setBusy(false)
    }
  }
  return { busy, error, faults, id, made, open, setId, setText, submit, text }
}

const NewSetting = ({ kind }: { readonly kind: Kind }) => {
  const { noun, named, about } = kinds[kind]
  usePageTitle(`New ${noun}`)
  const { busy, error, faults, id, made, open, setId, setText, submit, text } = useNewSetting(kind)
  const { address, byPost, payload } = askedFor(kind, id, text)
  const request = byPost
    ? { route: routes.webhookEndpoints.create, parts: { payload } }
    : { route: routes[kind].put, parts: { params: { id: address }, payload } }
  return (
    <>
      <div className="page-head">
        <h1>New {noun}</h1>
        <div className="actions">
          <CopyCurl request={request} />
          <Allowed role="admin">
            <button type="button" className="button primary" disabled={busy} onClick={() => void submit(text)}>
              <Plus className="icon" aria-hidden="true" />
              {busy ? "Creating …" : "Create"}
            </button>
          </Allowed>
        </div>
        <p className="sub">{about}</p>
      </div>
      {!named && (
        <label className="field narrow">
          <span>Id{byPost ? " (optional)" : ": what it is addressed by; its connectorId where nothing is given"}</span>
          <input
            className="input mono"
            value={id}
            spellCheck={false}
            placeholder={byPost ? "made by the server" : address}
            onChange={(event) => setId(event.target.value)}
          />
        </label>
      )}
      <SettingText
        kind={kind}
        label={`new ${noun} as JSON`}
        text={text}
        setText={setText}
        faults={faults}
        failure={error !== undefined && <Failure error={error} />}
        onSave={(text) => void submit(text)}
        saves="creates"
      >
        Names and lists may be as in the seeds: <code>Name</code> reads as <code>name</code>.
      </SettingText>
      {made !== undefined && <SecretDialog secret={String(made["secret"])} onClose={() => void open(made)} />}
    </>
  )
}
