/** A moment in the reader's own time, with its date; the exact moment, the zone and its age on hover. */
import { now, timeOf, useNow } from "../../environment/Now.ts"
import { durationText } from "./Duration.tsx"

const thisYear = new Intl.DateTimeFormat(undefined, {
  month: "short",
  day: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23"
})
const otherYear = new Intl.DateTimeFormat(undefined, {
  year: "numeric",
  month: "short",
  day: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23"
})
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "long" })
const year = new Intl.DateTimeFormat(undefined, { year: "numeric" })

export const timeText = (at: number): string =>
  (year.format(at) === year.format(now()) ? thisYear : otherYear).format(at)

const titleOf = (iso: string): string => {
  const at = timeOf(iso)
  const away = now() - at
  return `${exact.format(at)} (${iso}), ${away < 0 ? `in ${durationText(-away)}` : `${durationText(away)} ago`}`
}

export const Time = ({ at }: { readonly at: string | undefined }) =>
  at === undefined
    ? <span className="muted">–</span>
    : <time className="num nowrap" dateTime={at} title={titleOf(at)}>{timeText(timeOf(at))}</time>

/** The time since an event, updated continuously. */
export const Age = ({ since }: { readonly since: string }) => {
  const at = useNow(1000)
  return (
    <time className="num nowrap" dateTime={since} title={titleOf(since)}>
      {durationText(Math.max(0, at - timeOf(since)))}
    </time>
  )
}
