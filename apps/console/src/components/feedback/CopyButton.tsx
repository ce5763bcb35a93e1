/** Copies a text, and confirms that it did. */
import { Check, Copy } from "lucide-react"
import { type ReactNode, useState } from "react"
import { toast } from "./Toasts.tsx"

export interface CopyProps {
  readonly text: () => string
  /** The name of the copied text: `curl`, `id`. */
  readonly what: string
  /** The content of the button; absent: an icon alone. */
  readonly children?: ReactNode
  readonly quiet?: boolean
}

export const CopyButton = ({ text, what, children, quiet = false }: CopyProps) => {
  const [done, setDone] = useState(false)
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text())
      setDone(true)
    } catch {
      toast("bad", "The browser did not allow copying", "It does so on localhost and over https only.")
    }
  }
  const Icon = done ? Check : Copy
  return (
    <button
      type="button"
      className={`button ${children === undefined || quiet ? "quiet" : ""} ${
        children === undefined ? "icon-only" : ""
      }`}
      aria-label={`Copy ${what}`}
      title={`Copy ${what}`}
      onClick={() => void copy()}
      onBlur={() => setDone(false)}
    >
      <Icon className="icon" aria-hidden="true" />
      {children}
      <span className="visually-hidden" role="status">{done ? "copied" : ""}</span>
    </button>
  )
}
