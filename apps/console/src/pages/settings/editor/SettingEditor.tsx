/**
 * Edits and saves a setting's JSON against the version that was read, so that no other change is lost. The server's
 * faults are shown in place.
 */
import { useBlocker } from "@tanstack/react-router"
import { Braces, Save, Undo2 } from "lucide-react"
import { type ReactNode, useCallback, useEffect, useState } from "react"
import { useAccess } from "../../../api/Access.ts"
import { isProblem } from "../../../api/ApiProblem.ts"
import type { StoredSettings } from "../../../api/Documents.ts"
import { routes } from "../../../api/Routes.ts"
import { CopyCurl } from "../../../components/feedback/CopyCurl.tsx"
import { Failure } from "../../../components/feedback/Notice.tsx"
import { toast } from "../../../components/feedback/Toasts.tsx"
import { type Kind, kinds, readDraft, textOf } from "../../../settings/Kinds.ts"
import { Conflict } from "./Conflict.tsx"
import { useFaults } from "./Faults.ts"
import { SettingText } from "./SettingText.tsx"

export interface SettingEditorProps {
  readonly kind: Kind
  readonly id: string
  readonly stored: StoredSettings
  readonly save: (document: Readonly<Record<string, unknown>>, version: number) => Promise<StoredSettings>
  /** Reads the stored setting again after another user has changed it. */
  readonly refresh: () => void
  /** Content beside the button that saves. */
  readonly tools?: ReactNode
  /** A panel above the text: gets the text, and reports the server's answer about it. */
  readonly panel?: ((text: string, onError: (error: unknown) => void) => ReactNode) | undefined
}

/** The draft of a setting: what is written, what it was made from, and what the server said of it. */
const useSettingDraft = ({ kind, stored, save, refresh }: SettingEditorProps, mayAdmin: boolean) => {
  const storedText = textOf(kind, stored)
  const [base, setBase] = useState({ text: storedText, version: stored.version })
  const [text, setText] = useState(storedText)
  const [error, setError] = useState<unknown>(undefined)
  const [busy, setBusy] = useState(false)
  const isDirty = text !== base.text
  const isBehind = stored.version !== base.version
  // An untouched draft follows what is stored.
  useEffect(() => {
    if (!isBehind || isDirty) return
    setBase({ text: storedText, version: stored.version })
    setText(storedText)
  }, [isBehind, isDirty, storedText, stored.version])
  const { faults, refuse, clear } = useFaults(text)
  const submit = useCallback(async (text: string) => {
    if (busy || !mayAdmin) return
    const draft = readDraft(text)
    if ("fault" in draft) return toast("bad", "Not saved: the text is no JSON", draft.fault)
    setBusy(true)
    setError(undefined)
    clear()
    try {
      const saved = await save(draft.document, base.version)
      const savedText = textOf(kind, saved)
      setBase({ text: savedText, version: saved.version })
      // Text that was written during the save stays.
      setText((now) => now === text ? savedText : now)
      toast("ok", `Saved as version ${saved.version}`)
    } catch (refused) {
      if (isProblem(refused) && refused.faults.length > 0) refuse(refused.faults, text)
      else setError(refused)
      if (isProblem(refused) && refused.status === 412) refresh()
    } finally {
      setBusy(false)
    }
  }, [busy, base.version, save, kind, refresh, mayAdmin, refuse, clear])
  /** Bases the edit on the stored version, with the text of the draft or of that version. */
  const rebase = (text: string) => {
    setBase({ text: storedText, version: stored.version })
    setText(text)
    setError(undefined)
  }
  const revert = () => {
    setText(base.text)
    setError(undefined)
    clear()
  }
  return {
    base,
    busy,
    clear,
    error,
    faults,
    isBehind,
    isDirty,
    rebase,
    refuse,
    revert,
    setText,
    storedText,
    submit,
    text
  }
}

type Draft = ReturnType<typeof useSettingDraft>

export const SettingEditor = (props: SettingEditorProps) => {
  const { kind, id, stored, tools, panel } = props
  const { known, may } = useAccess()
  const mayAdmin = may("admin")
  const draft = useSettingDraft(props, mayAdmin)
  const { base, error, isBehind, isDirty, rebase, storedText, submit, text } = draft
  useBlocker({
    enableBeforeUnload: isDirty,
    shouldBlockFn: ({ current, next }) =>
      isDirty && current.pathname !== next.pathname && !confirm("Leave without saving your changes?")
  })
  return (
    <div className="stack">
      <Bar kind={kind} id={id} draft={draft} mayAdmin={mayAdmin} tools={tools} />
      {isBehind && isDirty && (
        <Conflict
          stored={{ version: stored.version, text: storedText }}
          mine={{ version: base.version, text }}
          takeTheirs={() => rebase(storedText)}
          keepMine={() => rebase(text)}
        />
      )}
      {!mayAdmin && known && (
        <p className="why tone-wait">
          Your key may read settings and simulate them, not change them: that needs admin.
        </p>
      )}
      {panel?.(text, (error) => isProblem(error) ? draft.refuse(error.faults, text) : draft.clear())}
      <SettingText
        kind={kind}
        label={`${kinds[kind].noun} ${id} as JSON`}
        text={text}
        setText={draft.setText}
        faults={draft.faults}
        failure={error !== undefined && panel === undefined && !(isBehind && isDirty) && <Failure error={error} />}
        onSave={(text) => void submit(text)}
        saves="saves"
      >
        A secret reads <code>[redacted]</code>; left like that, the stored one is kept.
      </SettingText>
    </div>
  )
}

interface BarProps extends Pick<SettingEditorProps, "id" | "kind" | "tools"> {
  readonly draft: Draft
  readonly mayAdmin: boolean
}

/** The buttons above the text, and the version that it was made from. */
const Bar = ({ draft, id, kind, mayAdmin, tools }: BarProps) => {
  const { base, busy, isBehind, isDirty, revert, setText, submit, text } = draft
  const read = readDraft(text)
  const request = {
    route: routes[kind].put,
    parts: {
      params: { id },
      payload: "document" in read ? read.document : {},
      headers: { "if-match": `"${base.version}"` }
    }
  }
  return (
    <div className="editor-bar">
      <button
        type="button"
        className="button primary"
        disabled={busy || !isDirty || isBehind || !mayAdmin}
        onClick={() => void submit(text)}
      >
        <Save className="icon" aria-hidden="true" />
        {busy ? "Saving …" : "Save"}
      </button>
      {tools}
      <button type="button" className="button" disabled={!isDirty} onClick={revert}>
        <Undo2 className="icon" aria-hidden="true" />
        Revert
      </button>
      <button
        type="button"
        className="button"
        disabled={"fault" in read}
        onClick={() => "document" in read && setText(JSON.stringify(read.document, null, 2))}
      >
        <Braces className="icon" aria-hidden="true" />
        Format
      </button>
      <CopyCurl request={request} />
      <span className="muted grow end" role="status">
        {isDirty ? `changed since version ${base.version}` : `version ${base.version}`}
      </span>
    </div>
  )
}
