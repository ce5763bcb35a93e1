/** The sign-in page: asks for an API key if the server requires one. */
import { type FormEvent, useState } from "react"
import { api } from "../api/Api.ts"
import * as Session from "../api/Session.ts"
import { Failure } from "../components/feedback/Notice.tsx"

export const SignIn = () => {
  const [error, setError] = useState<unknown>(undefined)
  const [busy, setBusy] = useState(false)
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const key = String(new FormData(event.currentTarget).get("key") ?? "").trim()
    if (key === "") return
    setBusy(true)
    setError(undefined)
    Session.hold(key)
    try {
      await api.access.get({})
      Session.signIn(key)
    } catch (refused) {
      Session.drop()
      setError(refused)
    } finally {
      setBusy(false)
    }
  }
  return (
    <main className="sign-in card stack">
      <h1 className="row">
        <img src="/favicon.svg" alt="" width="24" height="24" />
        Sign in to Sluice
      </h1>
      <p className="muted">
        This server asks for an API key: one of its <code>SLUICE_API_KEYS</code>{" "}
        or one that an administrator made. Tabs of this browser share it; it is gone with the last of them.
      </p>
      <form className="stack" onSubmit={(event) => void submit(event)}>
        <label className="field">
          <span>API key</span>
          <input className="input mono" type="password" name="key" autoComplete="current-password" required autoFocus />
        </label>
        {error !== undefined && <Failure error={error} />}
        <button type="submit" className="button primary" disabled={busy}>{busy ? "Checking …" : "Sign in"}</button>
      </form>
    </main>
  )
}
