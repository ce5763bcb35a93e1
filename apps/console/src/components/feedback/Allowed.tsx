/** Shows its content to those whose key has the role. */
import type { ReactNode } from "react"
import { type Role, useAccess } from "../../api/Access.ts"

export interface AllowedProps {
  readonly role: Role
  readonly children: ReactNode
}

export const Allowed = ({ role, children }: AllowedProps) => useAccess().may(role) ? children : null
