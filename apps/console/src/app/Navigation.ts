/** The navigation rail: the pages it leads to, and their keyboard shortcuts. */
import {
  Activity,
  Bell,
  CircleAlert,
  Gauge,
  Handshake,
  KeyRound,
  ListChecks,
  type LucideIcon,
  Package,
  Plug,
  Repeat,
  ScrollText,
  Send,
  ShieldCheck,
  Users,
  Webhook,
  Workflow
} from "lucide-react"
import type { Role } from "../api/Access.ts"

export interface Place {
  readonly to: string
  readonly label: string
  readonly keys: string
  readonly icon: LucideIcon
}

export interface PlaceGroup {
  /** Absent for the first. */
  readonly title?: string
  readonly places: ReadonlyArray<Place>
  /** The role that needs this place; absent: every role. */
  readonly role?: Role
}

const navigation: ReadonlyArray<PlaceGroup> = [
  {
    places: [
      { to: "/", label: "Issues", keys: "g i", icon: CircleAlert },
      { to: "/overview", label: "Overview", keys: "g h", icon: Gauge },
      { to: "/process-events", label: "Runs", keys: "g p", icon: Activity },
      { to: "/orders", label: "Orders", keys: "g o", icon: Package },
      { to: "/deliveries", label: "Deliveries", keys: "g d", icon: Send },
      { to: "/partners", label: "Partners", keys: "g r", icon: Handshake },
      { to: "/jobs", label: "Jobs", keys: "g j", icon: ListChecks },
      { to: "/subscriptions", label: "Subscriptions", keys: "g s", icon: Repeat },
      { to: "/customers", label: "Customers", keys: "g m", icon: Users }
    ]
  },
  {
    title: "Settings",
    places: [
      { to: "/pipelines", label: "Pipelines", keys: "g l", icon: Workflow },
      { to: "/connectors", label: "Connectors", keys: "g c", icon: Plug },
      { to: "/auth-providers", label: "Auth providers", keys: "g a", icon: KeyRound },
      { to: "/notifications", label: "Notifications", keys: "g n", icon: Bell },
      { to: "/webhook-endpoints", label: "Webhooks", keys: "g w", icon: Webhook }
    ]
  },
  {
    title: "Administration",
    role: "admin",
    places: [
      { to: "/api-keys", label: "API keys", keys: "g k", icon: ShieldCheck },
      { to: "/audit", label: "Audit", keys: "g u", icon: ScrollText }
    ]
  }
]

/** The places of a user with these rights. */
export const placesOf = (may: (role: Role) => boolean): ReadonlyArray<PlaceGroup> =>
  navigation.filter(({ role }) => role === undefined || may(role))
