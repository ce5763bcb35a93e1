/** The faults of a refused draft. Each vanishes as soon as its place is mended. */
import { useMemo, useState } from "react"
import type { Fault } from "../../../api/ApiProblem.ts"
import { remaining } from "../../../settings/Mending.ts"

const none: ReadonlyArray<Fault> = []

interface Refused {
  readonly faults: ReadonlyArray<Fault>
  readonly text: string
}

export interface Faults {
  /** The faults that `text` still has. */
  readonly faults: ReadonlyArray<Fault>
  /** Reports that the server refused the draft `text` with these faults. */
  readonly refuse: (faults: ReadonlyArray<Fault>, text: string) => void
  readonly clear: () => void
}

export const useFaults = (text: string): Faults => {
  const [refused, setRefused] = useState<Refused>({ faults: none, text: "" })
  const faults = useMemo(
    () => refused.faults.length === 0 ? none : remaining(refused.faults, refused.text, text),
    [refused, text]
  )
  return useMemo(() => ({
    faults,
    refuse: (faults, text) => setRefused({ faults, text }),
    clear: () => setRefused({ faults: none, text: "" })
  }), [faults])
}
