/** An administrator's actions on a customer: download all stored data, and erase it. */
import { useNavigate } from "@tanstack/react-router"
import { Download, Eraser } from "lucide-react"
import { useState } from "react"
import { api, send } from "../../api/Api.ts"
import { routes } from "../../api/Routes.ts"
import { Allowed } from "../../components/feedback/Allowed.tsx"
import { ConfirmDialog } from "../../components/feedback/ConfirmDialog.tsx"
import { toast } from "../../components/feedback/Toasts.tsx"

/** Saves the export as a file; it is as large as what is held. */
const save = async (id: string): Promise<void> => {
  const response = await send(routes.personalData.export, { params: { id } })
  const url = URL.createObjectURL(await response.blob())
  const link = document.createElement("a")
  link.href = url
  link.download = `customer-${id.replaceAll(/[^\w.-]/g, "_")}.json`
  link.click()
  URL.revokeObjectURL(url)
}

export const CustomerActions = ({ id }: { readonly id: string }) => {
  const [erasing, setErasing] = useState(false)
  const [busy, setBusy] = useState(false)
  const download = async () => {
    setBusy(true)
    try {
      await save(id)
    } catch (error) {
      toast("bad", "Not exported", error instanceof Error ? error.message : String(error))
    } finally {
      setBusy(false)
    }
  }
  return (
    <Allowed role="admin">
      <button type="button" className="button" disabled={busy} onClick={() => void download()}>
        <Download className="icon" aria-hidden="true" />
        {busy ? "Exporting …" : "Export"}
      </button>
      <button type="button" className="button danger" onClick={() => setErasing(true)}>
        <Eraser className="icon" aria-hidden="true" />
        Erase …
      </button>
      {erasing && <EraseDialog id={id} onClose={() => setErasing(false)} />}
    </Allowed>
  )
}

const EraseDialog = ({ id, onClose }: { readonly id: string; readonly onClose: () => void }) => {
  const navigate = useNavigate()
  const [typed, setTyped] = useState("")
  const parts = (reason: string) => ({ params: { id }, payload: { reason } })
  return (
    <ConfirmDialog
      title="Erase the customer"
      description="Everything that names, addresses or pays for the person is erased from orders, records, deliveries and the audit, as a job. It cannot be undone. What partners hold is listed by the job."
      action="Erase the customer"
      danger
      reason="required"
      blocked={typed.trim() === id ? undefined : `Type ${id} below to confirm.`}
      request={(reason) => ({ route: routes.personalData.erase, parts: parts(reason) })}
      onConfirm={async (reason) => {
        const job = await api.personalData.erase(parts(reason))
        await navigate({ to: "/jobs/$id", params: { id: job.id } })
      }}
      onClose={onClose}
    >
      <label className="field">
        <span>The customer's id, to confirm</span>
        <input
          className="input mono"
          value={typed}
          autoComplete="off"
          spellCheck={false}
          onChange={({ target }) => setTyped(target.value)}
        />
      </label>
    </ConfirmDialog>
  )
}
