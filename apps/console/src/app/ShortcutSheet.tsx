/** The keys that do something on this page. */
import { Dialog } from "../components/feedback/Dialog.tsx"
import { useRegistered } from "../environment/Shortcuts.ts"

export const ShortcutSheet = ({ onClose }: { readonly onClose: () => void }) => (
  <Dialog title="Shortcuts" onClose={onClose}>
    <dl className="shortcut-list">
      {useRegistered().map(({ keys, label }) => (
        <div key={`${keys} ${label}`} style={{ display: "contents" }}>
          <dt>{keys.split(" ").map((key) => <kbd key={key}>{key}</kbd>)}</dt>
          <dd>{label}</dd>
        </div>
      ))}
      <dt>
        <kbd>Esc</kbd>
      </dt>
      <dd>Close what is open</dd>
    </dl>
  </Dialog>
)
