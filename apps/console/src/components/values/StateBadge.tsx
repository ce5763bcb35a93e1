/** The state of a run, a step, an attempt, a delivery, a partner or a job, by colour and by word. */

export type Tone = "ok" | "bad" | "busy" | "wait" | "warn" | "idle"

const tones: Readonly<Record<string, Tone>> = {
  completed: "ok",
  succeeded: "ok",
  delivered: "ok",
  closed: "ok",
  enabled: "ok",
  active: "ok",
  failed: "bad",
  rejected: "bad",
  "timed-out": "bad",
  unreachable: "bad",
  "invalid-response": "bad",
  "compensation-failed": "bad",
  exhausted: "bad",
  open: "bad",
  running: "busy",
  pending: "idle",
  queued: "idle",
  waiting: "wait",
  "half-open": "wait",
  held: "wait",
  acknowledged: "wait",
  paused: "wait",
  resolved: "ok",
  done: "ok",
  warning: "warn",
  compensating: "warn",
  interrupted: "warn"
}

export const toneOf = (state: string): Tone => tones[state] ?? "idle"

export const StateBadge = ({ state, title }: { readonly state: string; readonly title?: string | undefined }) => (
  <span className={`badge tone-${toneOf(state)}`} title={title}>{state}</span>
)
