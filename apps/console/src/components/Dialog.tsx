/** A dialog: holds the focus while it is open, gives it back when it closes, and closes on Escape. */
import { Dialog as Radix } from "radix-ui"
import type { ReactNode } from "react"

export interface DialogProps {
  readonly title: string
  readonly description?: ReactNode
  readonly onClose: () => void
  readonly children: ReactNode
}

export const Dialog = ({ title, description, onClose, children }: DialogProps) => (
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
