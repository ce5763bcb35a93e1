/** The tone in which a state of the API is shown: the state of a run, a step, an attempt, a delivery, a partner or a job. */

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

/** The tone of a state; `idle` for one without a tone of its own. */
export const toneOf = (state: string): Tone => tones[state] ?? "idle"
