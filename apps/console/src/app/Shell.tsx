/** The frame around every page: navigation, shortcuts, search, messages, and the sign-in where a key is required. */
import { useQueryClient } from "@tanstack/react-query"
import { Link, Outlet, useNavigate, useRouterState } from "@tanstack/react-router"
import { BookOpen, Keyboard, LogOut, Menu, Moon, Search, Sun, SunMoon } from "lucide-react"
import { Fragment, useEffect, useRef, useState } from "react"
import { useAccess } from "../api/Access.ts"
import * as Session from "../api/Session.ts"
import { Toasts } from "../components/feedback/Toasts.tsx"
import { focusList } from "../components/table/DataTable.tsx"
import { type Shortcut, useKeyboard, useShortcuts } from "../environment/Shortcuts.ts"
import { nextTheme, type Theme, useTheme } from "../environment/Theme.ts"
import { JumpDialog } from "./JumpDialog.tsx"
import { placesOf } from "./Navigation.ts"
import { OutageBanner } from "./OutageBanner.tsx"
import { ShortcutSheet } from "./ShortcutSheet.tsx"
import { SignIn } from "./SignIn.tsx"

const themes: Readonly<Record<Theme, { readonly label: string; readonly icon: typeof Sun }>> = {
  system: { label: "Theme: system", icon: SunMoon },
  light: { label: "Theme: light", icon: Sun },
  dark: { label: "Theme: dark", icon: Moon }
}

const Brand = () => (
  <Link to="/" className="brand">
    <img src="/favicon.svg" alt="" />
    Sluice
  </Link>
)

const Places = () => {
  const path = useRouterState({ select: ({ location }) => location.pathname })
  const isHere = (to: string) =>
    to === "/" ? path === "/" || path.startsWith("/issues/") : path === to || path.startsWith(`${to}/`)
  const { may } = useAccess()
  return placesOf(may).map(({ title, places }) => (
    <Fragment key={title ?? ""}>
      {title !== undefined && <h2>{title}</h2>}
      <nav aria-label={title ?? "Main"}>
        {places.map(({ to, label, icon: Icon }) => (
          <Link key={to} to={to} {...(isHere(to) ? { "aria-current": "page" as const } : {})}>
            <Icon className="icon" aria-hidden="true" />
            {label}
          </Link>
        ))}
      </nav>
    </Fragment>
  ))
}

interface FootProps {
  readonly jump: () => void
  readonly sheet: () => void
}

const Foot = ({ jump, sheet }: FootProps) => {
  const { signedIn } = Session.useSession()
  const { name, roles } = useAccess()
  const theme = themes[useTheme()]
  return (
    <div className="foot">
      <button type="button" className="button quiet" onClick={jump}>
        <Search className="icon" aria-hidden="true" />
        Search <kbd aria-hidden="true">/</kbd>
      </button>
      <button type="button" className="button quiet" onClick={nextTheme}>
        <theme.icon className="icon" aria-hidden="true" />
        {theme.label} <kbd aria-hidden="true">t</kbd>
      </button>
      <button type="button" className="button quiet" onClick={sheet}>
        <Keyboard className="icon" aria-hidden="true" />
        Shortcuts <kbd aria-hidden="true">?</kbd>
      </button>
      <a className="button quiet" href="/docs">
        <BookOpen className="icon" aria-hidden="true" />
        API reference
      </a>
      {signedIn && name !== undefined && (
        <p className="muted who">
          Signed in as <strong className="break">{name}</strong>, {roles.join(", ")}
        </p>
      )}
      {signedIn && (
        <button type="button" className="button quiet" onClick={Session.signOut}>
          <LogOut className="icon" aria-hidden="true" />
          Sign out
        </button>
      )}
    </div>
  )
}

export const Shell = () => {
  const { generation, locked } = Session.useSession()
  const queries = useQueryClient()
  const before = useRef(generation)
  useEffect(() => {
    if (before.current === generation) return
    before.current = generation
    // Answers to another key are not this one's to see.
    void queries.resetQueries()
  }, [generation, queries])
  const [open, setOpen] = useState(false)
  const [over, setOver] = useState<"jump" | "sheet" | undefined>(undefined)
  const navigate = useNavigate()
  const path = useRouterState({ select: ({ location }) => location.pathname })
  const main = useRef<HTMLElement>(null)
  useEffect(() => setOpen(false), [path])
  useKeyboard()
  const { may } = useAccess()
  const going = placesOf(may).flatMap(({ places }) =>
    places.map(({ to, label, keys }): Shortcut => ({ keys, label, run: () => void navigate({ to }) }))
  )
  useShortcuts([
    ...going,
    { keys: "/", label: "Search for an order, a run, an e-mail address", run: () => setOver("jump") },
    { keys: "j", label: "Into the list; then j and k walk, Enter opens", run: focusList },
    { keys: "t", label: "Theme: system, light, dark", run: nextTheme },
    { keys: "?", label: "This sheet", run: () => setOver("sheet") }
  ])
  if (locked) return <SignIn />
  return (
    <div className="shell">
      <a className="skip button" href="#main" onClick={() => main.current?.focus()}>Skip to the content</a>
      <section className="topbar" aria-label="Top bar">
        <button
          type="button"
          className="button quiet icon-only"
          aria-label="Menu"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        >
          <Menu className="icon" aria-hidden="true" />
        </button>
        <Brand />
        <button type="button" className="button quiet icon-only" aria-label="Search" onClick={() => setOver("jump")}>
          <Search className="icon" aria-hidden="true" />
        </button>
      </section>
      {open && <button type="button" className="scrim" aria-label="Close the menu" onClick={() => setOpen(false)} />}
      <header className={`rail ${open ? "open" : ""}`}>
        <Brand />
        <Places />
        <Foot jump={() => setOver("jump")} sheet={() => setOver("sheet")} />
      </header>
      <main id="main" className="main" ref={main} tabIndex={-1}>
        <OutageBanner />
        <Outlet />
      </main>
      {over === "jump" && <JumpDialog onClose={() => setOver(undefined)} />}
      {over === "sheet" && <ShortcutSheet onClose={() => setOver(undefined)} />}
      <Toasts />
    </div>
  )
}
