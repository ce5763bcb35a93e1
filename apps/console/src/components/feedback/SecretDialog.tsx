/** Shows an endpoint's secret: the only time that it can be seen. */
import { CopyButton } from "./CopyButton.tsx"
import { Dialog } from "./Dialog.tsx"

export const SecretDialog = ({ secret, onClose }: { readonly secret: string; readonly onClose: () => void }) => (
  <Dialog
    title="The endpoint's secret"
    description="It is shown only once. Receivers verify the signatures of messages with it."
    onClose={onClose}
  >
    <code className="secret break">{secret}</code>
    <div className="actions">
      <CopyButton what="the secret" text={() => secret}>Copy</CopyButton>
      <button type="button" className="button primary" onClick={onClose}>I have kept it</button>
    </div>
  </Dialog>
)
