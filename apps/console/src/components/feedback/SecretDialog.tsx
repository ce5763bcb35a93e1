/** Shows a secret that the server has just generated, which cannot be shown again. */
import { CopyButton } from "./CopyButton.tsx"
import { Dialog } from "./Dialog.tsx"

export interface SecretDialogProps {
  readonly secret: string
  readonly title?: string
  readonly description?: string
  /** The noun of the secret, for the button that copies it. */
  readonly what?: string
  readonly onClose: () => void
}

/** A dialog with a secret, by default that of an endpoint. */
export const SecretDialog = ({
  description = "It is shown only once. Receivers verify the signatures of messages with it.",
  onClose,
  secret,
  title = "The endpoint's secret",
  what = "secret"
}: SecretDialogProps) => (
  <Dialog title={title} description={description} onClose={onClose}>
    <code className="secret break">{secret}</code>
    <div className="actions">
      <CopyButton what={`the ${what}`} text={() => secret}>Copy</CopyButton>
      <button type="button" className="button primary" onClick={onClose}>I have saved it</button>
    </div>
  </Dialog>
)
