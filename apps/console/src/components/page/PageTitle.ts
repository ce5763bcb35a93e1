/** The title of the browser's tab: the page first, so that many tabs can be told apart. */
import { useEffect } from "react"

/** Sets the tab's title while the page is shown. */
export const usePageTitle = (title: string): void => {
  useEffect(() => {
    document.title = `${title} · Sluice`
    return () => {
      document.title = "Sluice"
    }
  }, [title])
}
