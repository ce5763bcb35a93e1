/** A dialog: holds the focus while it is open, gives it back when it closes, and closes on Escape. */
import { Dialog as Radix } from "radix-ui"
import { type ReactNode, useEffect, useState } from "react"

export interface DialogProps {
  readonly title: string
  readonly description?: ReactNode
  readonly onClose: () => void
  readonly children: ReactNode
}

/** Gives the focus back to where it was: Radix does so to a trigger, and a dialog that a key opens has none. */
const useFocusBack = () => {
  const [before] = useState(() => document.activeElement)
  useEffect(() => () => {
    // An element that has taken the focus since keeps it.
    if (before instanceof HTMLElement && document.activeElement === document.body) before.focus({ preventScroll: true })
  }, [before])
}

export const Dialog = ({ title, description, onClose, children }: DialogProps) => {
  useFocusBack()
  return (
    <Radix.Root
      open
      onOpenChange={(open) => open || onClose()}
    >
      <Radix.Portal>
        <Radix.Overlay className="overlay" />
        <Radix.Content className="dialog" {...(description === undefined ? { "aria-describedby": undefined } : {})}>
          <Radix.Title asChild>
            <h2>{title}</h2>
          </Radix.Title>
          {description !== undefined && (
            <Radix.Description asChild>
              <div className="muted">{description}</div>
            </Radix.Description>
          )}
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}
