/**
 * Numbers over time as lines and areas, with the values under the pointer. Drawn on a canvas; the same values are
 * available as text.
 */
import { useEffect, useRef } from "react"
import uPlot from "uplot"
import { useShownTheme } from "../../environment/Theme.ts"

export interface Series {
  readonly label: string
  readonly tone: "ok" | "bad" | "busy" | "wait" | "idle"
  readonly values: ReadonlyArray<number>
  readonly fill?: boolean
}

export interface TimeChartProps {
  readonly label: string
  /** The times of the values, in epoch milliseconds. */
  readonly times: ReadonlyArray<number>
  readonly series: ReadonlyArray<Series>
}

const height = 180

const minutes = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" })

/** A colour of the theme as a canvas takes it: `light-dark()` is settled by an element alone. */
const colourOf = (element: HTMLElement, name: string): string => {
  element.style.color = `var(--${name})`
  const colour = getComputedStyle(element).color
  element.style.color = ""
  return colour
}

const faint = (colour: string): string => colour.replace(/^rgb\((.*)\)$/, "rgb($1 / 14%)").replaceAll(",", " ")

export const TimeChart = ({ label, times, series }: TimeChartProps) => {
  const place = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | undefined>(undefined)
  const theme = useShownTheme()
  const shape = series.map(({ label, tone, fill }) => `${label} ${tone} ${fill ?? false}`).join("\n")
  const data: uPlot.AlignedData = [times.map((at) => at / 1000), ...series.map(({ values }) => [...values])]
  const latest = useRef(data)
  latest.current = data

  useEffect(() => {
    const element = place.current
    if (element === null) return
    const line = colourOf(element, "line")
    const muted = colourOf(element, "muted")
    const axis = {
      stroke: muted,
      grid: { stroke: line, width: 1 },
      ticks: { stroke: line, width: 1 },
      font: "11px system-ui"
    }
    const made = new uPlot(
      {
        width: element.clientWidth,
        height,
        legend: { show: false },
        cursor: { y: false, points: { size: 6 } },
        scales: { y: { range: (_plot, _min, max) => [0, Math.max(1, max * 1.15)] } },
        axes: [{
          ...axis,
          size: 30,
          space: 70,
          values: (_plot, seconds) => seconds.map((at) => minutes.format(at * 1000))
        }, {
          ...axis,
          size: 44
        }],
        series: [
          {},
          ...series.map(({ label, tone, fill }) => {
            const stroke = colourOf(element, tone)
            return {
              label,
              stroke,
              width: 1.75,
              points: { show: false },
              ...(fill === true ? { fill: faint(stroke) } : {})
            }
          })
        ]
      },
      latest.current,
      element
    )
    plot.current = made
    const sized = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height }))
    sized.observe(element)
    return () => {
      sized.disconnect()
      made.destroy()
      plot.current = undefined
    }
  }, [shape, theme])
  useEffect(() => plot.current?.setData(latest.current), [times, series])

  return <div ref={place} className="chart" role="img" aria-label={label} />
}
