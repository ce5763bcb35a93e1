/** A moment: the time of day, with the date where it is not today's; the exact moment and its age on hover. */
import { now, timeOf, useNow } from "../../environment/Now.ts"
import { durationText } from "./Duration.tsx"

const clock = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23"
})
const dayAndClock = new Intl.DateTimeFormat(undefined, {
  year: "numeric",
  month: "short",
  day: "2-digit",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23"
})
const date = new Intl.DateTimeFormat(undefined, { dateStyle: "short" })

export const timeText = (at: number): string =>
  date.format(at) === date.format(now()) ? clock.format(at) : dayAndClock.format(at)

export const Time = ({ at }: { readonly at: string | undefined }) =>
  at === undefined ? <span className="muted">–</span> : (
    <time className="num nowrap" dateTime={at} title={`${at} · ${durationText(Math.max(0, now() - timeOf(at)))} ago`}>
      {timeText(timeOf(at))}
    </time>
  )

/** The time since an event, updated continuously. */
export const Age = ({ since }: { readonly since: string }) => {
  const at = useNow(1000)
  return (
    <time className="num nowrap" dateTime={since} title={since}>{durationText(Math.max(0, at - timeOf(since)))}</time>
  )
}
