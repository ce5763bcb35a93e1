/** Tabs: one panel at a time, selected by the address. */
import { Tabs as Radix } from "radix-ui"
import type { ReactNode } from "react"

export interface Tab {
  readonly id: string
  readonly label: ReactNode
  readonly panel: () => ReactNode
}

export interface TabsProps {
  readonly label: string
  readonly tabs: ReadonlyArray<Tab>
  readonly current: string
  readonly onChange: (id: string) => void
}

export const Tabs = ({ label, tabs, current, onChange }: TabsProps) => (
  <Radix.Root value={current} onValueChange={onChange}>
    <Radix.List className="tabs" aria-label={label}>
      {tabs.map(({ id, label }) => <Radix.Trigger key={id} value={id}>{label}</Radix.Trigger>)}
    </Radix.List>
    {tabs.map(({ id, panel }) => (
      <Radix.Content key={id} value={id} className="tab-panel" tabIndex={-1}>{id === current && panel()}</Radix.Content>
    ))}
  </Radix.Root>
)
