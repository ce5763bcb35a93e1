/** The labels of a time axis, as many as there is room for. */
import { useLayoutEffect, useRef, useState } from "react"
import { ticksOf } from "./TickLabels.ts"

/** Milliseconds from the axis' beginning to its end. */
export const Ticks = ({ spanMs }: { readonly spanMs: number }) => {
  const place = useRef<HTMLSpanElement>(null)
  const [width, setWidth] = useState(0)
  useLayoutEffect(() => {
    const element = place.current
    if (element === null) return
    const measure = () => setWidth(element.clientWidth)
    measure()
    const sized = new ResizeObserver(measure)
    sized.observe(element)
    return () => sized.disconnect()
  }, [])
  return (
    <span ref={place} className="ticks" aria-hidden="true">
      {ticksOf(spanMs, width).map(({ label, left, ms }) => <span key={ms} style={{ left: `${left}%` }}>{label}</span>)}
    </span>
  )
}
