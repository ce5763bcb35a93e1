/** The head of a setting's page: its name, its version and its actions. */
import { Trash2 } from "lucide-react"
import { type ReactNode, useState } from "react"
import type { StoredSettings } from "../../../api/Documents.ts"
import { routes } from "../../../api/Routes.ts"
import { Allowed } from "../../../components/feedback/Allowed.tsx"
import { RecordPage } from "../../../components/page/RecordPage.tsx"
import { Time } from "../../../components/values/Time.tsx"
import { type Kind, kinds } from "../../../settings/Kinds.ts"
import { DeleteDialog } from "./DeleteDialog.tsx"

export interface SettingHeadProps {
  readonly kind: Kind
  readonly id: string
  readonly stored: StoredSettings
  readonly badge?: ReactNode
  readonly actions?: ReactNode
  readonly children?: ReactNode
}

export const SettingHead = ({ kind, id, stored, badge, actions, children }: SettingHeadProps) => {
  const [deleting, setDeleting] = useState(false)
  const { noun } = kinds[kind]
  return (
    <RecordPage
      title={`${noun.charAt(0).toUpperCase()}${noun.slice(1)} ${id}`}
      tab={`${id} · ${noun}`}
      id={id}
      badge={badge}
      request={{ route: routes[kind].get, parts: { params: { id } } }}
      actions={
        <>
          {actions}
          <Allowed role="admin">
            <button type="button" className="button danger" onClick={() => setDeleting(true)}>
              <Trash2 className="icon" aria-hidden="true" />
              Delete …
            </button>
          </Allowed>
        </>
      }
      facts={
        <>
          <span>version {stored.version}</span>
          <span>
            changed <Time at={stored.updatedAt} />
          </span>
          {children}
        </>
      }
    >
      {stored.warnings?.map((warning) => <p key={warning} className="why tone-warn">{warning}</p>)}
      {deleting && <DeleteDialog kind={kind} id={id} version={stored.version} onClose={() => setDeleting(false)} />}
    </RecordPage>
  )
}
