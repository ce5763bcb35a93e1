/** Detects a narrow screen, as on a phone. */
import { useSyncExternalStore } from "react"

const query = "(max-width: 860px)"

export const useNarrow = (): boolean =>
  useSyncExternalStore((listener) => {
    const media = matchMedia(query)
    media.addEventListener("change", listener)
    return () => media.removeEventListener("change", listener)
  }, () => matchMedia(query).matches)
