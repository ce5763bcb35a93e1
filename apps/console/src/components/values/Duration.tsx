/** A duration in short form: `61 ms`, `1.22 s`, `3 min 04 s`, `2 h 10 min`, `4 d`. */

const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

const two = (value: number): string => String(value).padStart(2, "0")

export const durationText = (ms: number): string => {
  if (ms <= 0) return "0 ms"
  if (ms < 1) return "<1 ms"
  if (ms < second) return `${Math.round(ms)} ms`
  if (ms < 10 * second) return `${(ms / second).toFixed(2)} s`
  if (ms < minute) return `${(ms / second).toFixed(1)} s`
  if (ms < hour) return `${Math.floor(ms / minute)} min ${two(Math.floor((ms % minute) / second))} s`
  if (ms < day) return `${Math.floor(ms / hour)} h ${two(Math.floor((ms % hour) / minute))} min`
  return `${Math.floor(ms / day)} d ${Math.floor((ms % day) / hour)} h`
}

export const Duration = ({ ms }: { readonly ms: number | undefined }) => (
  <span className="num nowrap">{ms === undefined ? "–" : durationText(ms)}</span>
)
