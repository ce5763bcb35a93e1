/** A container for content wider than the screen: it scrolls by itself, by keyboard too. */
import type { ReactNode } from "react"

export const ScrollX = ({ label, children }: { readonly label: string; readonly children: ReactNode }) => (
  // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard
  <div className="card scroll-x" role="group" aria-label={label} tabIndex={0}>{children}</div>
)
