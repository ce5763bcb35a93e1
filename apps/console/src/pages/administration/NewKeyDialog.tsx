/** Creates an API key, and shows it once. */
import { useQueryClient } from "@tanstack/react-query"
import { type FormEvent, useState } from "react"
import type { Role } from "../../api/Access.ts"
import { api } from "../../api/Api.ts"
import { routes } from "../../api/Routes.ts"
import * as Session from "../../api/Session.ts"
import { CopyCurl } from "../../components/feedback/CopyCurl.tsx"
import { Dialog } from "../../components/feedback/Dialog.tsx"
import { Failure } from "../../components/feedback/Notice.tsx"
import { SecretDialog } from "../../components/feedback/SecretDialog.tsx"
import { isoOf, timeOf } from "../../environment/Now.ts"

const roles: ReadonlyArray<readonly [role: Role, may: string]> = [
  ["read", "see everything but keys and the audit, and simulate"],
  ["submit", "submit orders and events, and look them up by id"],
  ["operate", "both, and act on runs, deliveries, jobs and partners"],
  ["admin", "everything"]
]

export interface NewKeyProps {
  readonly isFirst: boolean
  readonly onClose: () => void
}

interface Made {
  readonly name: string
  readonly key: string
}

export const NewKeyDialog = ({ isFirst, onClose }: NewKeyProps) => {
  const queries = useQueryClient()
  const [made, setMade] = useState<Made | undefined>(undefined)
  const close = () => {
    // From the first stored key on the server asks for one, and this tab has just seen it.
    if (made !== undefined && isFirst && Session.key() === undefined) Session.signIn(made.key)
    void queries.invalidateQueries({ queryKey: ["api-keys"] })
    onClose()
  }
  if (made === undefined) return <KeyForm isFirst={isFirst} made={setMade} onClose={onClose} />
  return (
    <SecretDialog
      title={`The key ${made.name}`}
      description="It is shown only once: the server keeps its digest."
      what="key"
      secret={made.key}
      onClose={close}
    />
  )
}

const KeyForm = ({ isFirst, made, onClose }: NewKeyProps & { readonly made: (key: Made) => void }) => {
  const [name, setName] = useState("")
  const [chosen, setChosen] = useState<ReadonlyArray<Role>>(isFirst ? ["admin"] : ["read"])
  const [end, setEnd] = useState("")
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(undefined)
  const payload = {
    name: name.trim(),
    roles: chosen,
    ...(end === "" ? {} : { expiresAt: isoOf(timeOf(end)) })
  }
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    if (busy) return
    setBusy(true)
    setError(undefined)
    try {
      const { key } = await api.apiKeys.create({ payload })
      made({ name: payload.name, key })
    } catch (refused) {
      setError(refused)
      setBusy(false)
    }
  }
  return (
    <Dialog
      title="New API key"
      description={isFirst
        ? "The first stored key: from now on every request needs one. It has to be an administrator's, and cannot end."
        : "It works as soon as it is made, on every process."}
      onClose={onClose}
    >
      <form className="stack" onSubmit={(event) => void submit(event)}>
        <label className="field">
          <span>Name: who uses it</span>
          <input
            className="input"
            value={name}
            maxLength={100}
            required
            spellCheck={false}
            onChange={(event) => setName(event.target.value)}
          />
        </label>
        <RoleChoice chosen={chosen} choose={setChosen} />
        {!isFirst && (
          <label className="field">
            <span>Ends (optional)</span>
            <input
              className="input"
              type="datetime-local"
              value={end}
              onChange={(event) => setEnd(event.target.value)}
            />
          </label>
        )}
        {error !== undefined && <Failure error={error} />}
        <div className="actions">
          <CopyCurl request={{ route: routes.apiKeys.create, parts: { payload } }} />
          <span className="grow" />
          <button type="button" className="button" onClick={onClose}>Back</button>
          <button type="submit" className="button primary" disabled={busy || chosen.length === 0 || name.trim() === ""}>
            {busy ? "Making …" : "Make the key"}
          </button>
        </div>
      </form>
    </Dialog>
  )
}

interface RoleChoiceProps {
  readonly chosen: ReadonlyArray<Role>
  readonly choose: (roles: ReadonlyArray<Role>) => void
}

const RoleChoice = ({ choose, chosen }: RoleChoiceProps) => (
  <fieldset className="stack">
    <legend>Roles</legend>
    {roles.map(([role, may]) => (
      <label key={role} className="row">
        <input
          type="checkbox"
          checked={chosen.includes(role)}
          onChange={({ target: { checked } }) =>
            choose(checked ? [...chosen, role] : chosen.filter((one) => one !== role))}
        />
        <span>
          <strong>{role}</strong> {may}
        </span>
      </label>
    ))}
  </fieldset>
)
