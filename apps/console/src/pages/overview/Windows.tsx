/** The time windows of the overview. The current one is in the address, and links to lists keep it. */
import { Link } from "@tanstack/react-router"

export type Window = "10m" | "1h" | "24h"

const windows = ["10m", "1h", "24h"] as const

const names: Readonly<Record<Window, string>> = { "10m": "10 min", "1h": "1 h", "24h": "24 h" }

/** The window that an address names; ten minutes where it names none. */
export const windowOf = (text: string | undefined): Window => windows.find((one) => one === text) ?? "10m"

/** The window in a sentence: `the last 10 min`. */
export const windowText = (window: Window): string => `the last ${names[window]}`

/** The search members of a link to a list, by which it shows only what is in the window. */
export const within = (window: Window) => ({ after: `-${window}` })

export const Windows = ({ current }: { readonly current: Window }) => (
  <nav className="windows" aria-label="Window">
    {windows.map((one) => (
      <Link
        key={one}
        to="/overview"
        search={one === "10m" ? {} : { window: one }}
        replace
        className={one === current ? "current" : ""}
        activeOptions={{ exact: true, includeSearch: true }}
      >
        {names[one]}
      </Link>
    ))}
  </nav>
)
