/** Search: an id goes to its page; an e-mail address or anything else to the orders that it finds. */
import { useNavigate } from "@tanstack/react-router"
import { type FormEvent, useState } from "react"
import { api } from "../api/Api.ts"
import { isProblem } from "../api/ApiProblem.ts"
import { Dialog } from "../components/feedback/Dialog.tsx"
import { Failure } from "../components/feedback/Notice.tsx"
import { soughtOf } from "../url/Filters.ts"

/** Checks that an order with this id exists. */
const orderExists = async (id: string): Promise<boolean> => {
  try {
    await api.orders.get({ params: { id } })
    return true
  } catch (error) {
    if (isProblem(error) && error.status === 404) return false
    throw error
  }
}

export const JumpDialog = ({ onClose }: { readonly onClose: () => void }) => {
  const navigate = useNavigate()
  const [error, setError] = useState<unknown>(undefined)
  const go = async (text: string) => {
    const sought = soughtOf(text)
    switch (sought.kind) {
      case "processEvent":
        return navigate({ to: "/process-events/$id", params: { id: sought.id } })
      case "delivery":
        return navigate({ to: "/deliveries/$id", params: { id: sought.id } })
      case "email":
        return navigate({ to: "/orders", search: { q: sought.email } })
      case "order":
        return await orderExists(sought.id)
          ? navigate({ to: "/orders/$id", params: { id: sought.id } })
          : navigate({ to: "/orders", search: { q: sought.id } })
    }
  }
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const text = String(new FormData(event.currentTarget).get("q") ?? "").trim()
    if (text === "") return
    try {
      await go(text)
      onClose()
    } catch (refused) {
      setError(refused)
    }
  }
  return (
    <Dialog title="Search" onClose={onClose}>
      <form className="stack" onSubmit={(event) => void submit(event)}>
        <label className="field">
          <span>An order's id or external id, an e-mail address, the id of a process event or a delivery</span>
          <input className="input mono" name="q" type="search" autoComplete="off" spellCheck={false} autoFocus />
        </label>
        {error !== undefined && <Failure error={error} />}
        <div className="actions">
          <button type="button" className="button" onClick={onClose}>Back</button>
          <button type="submit" className="button primary">Go</button>
        </div>
      </form>
    </Dialog>
  )
}
