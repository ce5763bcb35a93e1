/** The difference between two JSON texts. The view is loaded on demand. */
import { useEffect, useRef, useState } from "react"
import type { DiffSide } from "../../editor/DiffView.ts"
import { useNarrow } from "../../environment/Narrow.ts"
import { Failure } from "../feedback/Notice.tsx"

export const JsonDiff = ({ before, after }: { readonly before: DiffSide; readonly after: DiffSide }) => {
  const place = useRef<HTMLDivElement>(null)
  const narrow = useNarrow()
  const [error, setError] = useState<unknown>(undefined)
  useEffect(() => {
    let remove: (() => void) | undefined
    let gone = false
    const mount = async () => {
      const { mountDiff } = await import("../../editor/DiffView.ts")
      if (!gone && place.current !== null) remove = mountDiff(place.current, before, after, narrow)
    }
    mount().catch(setError)
    return () => {
      gone = true
      remove?.()
    }
  }, [before.label, before.text, after.label, after.text, narrow])
  return (
    <div className="json-diff">
      {error !== undefined && <Failure error={error} retry={() => location.reload()} />}
      <div ref={place} />
    </div>
  )
}
