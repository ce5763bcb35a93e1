/** The state of a run, a step, an attempt, a delivery, a partner or a job, by colour and by word. */
import { toneOf } from "../../api/StateTone.ts"

export const StateBadge = ({ state, title }: { readonly state: string; readonly title?: string | undefined }) => (
  <span className={`badge tone-${toneOf(state)}`} title={title}>{state}</span>
)
