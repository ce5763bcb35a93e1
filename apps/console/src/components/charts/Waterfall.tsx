/**
 * The steps of a run and their attempts in time. One line is selected, with the arrow keys too, and its details are
 * shown below. Only visible lines are rendered, so that a run of hundreds of attempts stays fast.
 */
import { useVirtualizer } from "@tanstack/react-virtual"
import { type KeyboardEvent, useLayoutEffect, useMemo, useRef } from "react"
import { isFinal, type ProcessEvent } from "../../api/Documents.ts"
import { toneOf } from "../../api/StateTone.ts"
import { useNow } from "../../environment/Now.ts"
import { waterfall, type WaterfallLine } from "../../waterfall/Layout.ts"
import { durationText } from "../values/Duration.tsx"
import { Ticks } from "./Ticks.tsx"

const lineHeight = 28

export interface WaterfallProps {
  readonly event: ProcessEvent
  /** The key of the selected line. */
  readonly chosen: string | undefined
  readonly choose: (line: WaterfallLine) => void
}

const hostOf = (endpoint: string): string => URL.parse(endpoint)?.host ?? endpoint

const Label = ({ step, callout }: WaterfallLine) =>
  callout === undefined
    ? (
      <span className="label">
        <span className="dot" />
        <strong className="clip">{step.id}</strong>
        <span className="visually-hidden">{step.state}</span>
        {step.id !== step.name && <span className="muted clip">{step.name}</span>}
      </span>
    )
    : (
      <span className="label">
        <span className="dot" />
        <span className="clip">
          {callout.callback === true ? "callback" : callout.probe === true ? "probe" : `#${callout.attempt}`}{" "}
          {callout.response?.status ?? callout.error?.code ?? ""} {hostOf(callout.endpoint)}
        </span>
      </span>
    )

/** The index that a key leads to from `from`, among so many lines; `undefined` for other keys. */
const walkedTo = (key: string, from: number, count: number): number | undefined => {
  const steps: Readonly<Record<string, number>> = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }
  if (key === "Home") return 0
  if (key === "End") return count - 1
  const step = steps[key]
  return step === undefined ? undefined : Math.min(Math.max(from + step, 0), count - 1)
}

interface LineProps {
  readonly line: WaterfallLine
  readonly isChosen: boolean
  /** True for the one line that Tab reaches. */
  readonly isReached: boolean
  readonly start: number
  readonly choose: (line: WaterfallLine) => void
}

const Line = ({ choose, isChosen, isReached, line, start }: LineProps) => {
  const { bar, callout, step, tookMs } = line
  return (
    <div
      role="option"
      className={`line tone-${toneOf(callout?.outcome ?? step.state)} ${callout === undefined ? "step" : "attempt"}`}
      aria-selected={isChosen}
      tabIndex={isReached ? 0 : -1}
      style={{ transform: `translateY(${start}px)` }}
      onClick={() => choose(line)}
      onKeyDown={(event) => event.key === "Enter" && choose(line)}
    >
      <Label {...line} />
      <span className="track">
        {bar !== undefined && (
          <span
            className={`bar ${bar.open ? "open" : ""}`}
            style={{ left: `min(${bar.left}%, calc(100% - 3px))`, width: `${bar.width}%` }}
          />
        )}
      </span>
      <span className="took">{tookMs === undefined ? step.state : durationText(tookMs)}</span>
    </div>
  )
}

export const Waterfall = ({ event, chosen, choose }: WaterfallProps) => {
  const running = event.startedAt !== undefined && !isFinal(event.state)
  const now = useNow(running ? 250 : 0)
  const { lines, spanMs } = useMemo(() => waterfall(event, now), [event, now])
  const scroller = useRef<HTMLDivElement>(null)
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => lineHeight,
    overscan: 10
  })
  const at = lines.findIndex(({ key }) => key === chosen)
  // Where the keys have gone; the choice follows with the address, and further keys may come before it.
  const aim = useRef<string | undefined>(undefined)
  useLayoutEffect(() => {
    if (at >= 0) virtual.scrollToIndex(at)
    if (chosen === undefined || aim.current !== chosen) return
    aim.current = undefined
    requestAnimationFrame(() => scroller.current?.querySelector<HTMLElement>("[aria-selected=true]")?.focus())
  }, [chosen])
  const pressed = (event: KeyboardEvent) => {
    const from = aim.current === undefined ? at : lines.findIndex(({ key }) => key === aim.current)
    const line = lines[walkedTo(event.key, from, lines.length) ?? -1]
    if (line === undefined) return
    event.preventDefault()
    event.stopPropagation()
    aim.current = line.key === chosen ? undefined : line.key
    choose(line)
  }
  return (
    <div className="waterfall">
      <div className="scale" aria-hidden="true">
        <span>Step and attempts</span>
        <Ticks spanMs={spanMs} />
        <span className="took">Took</span>
      </div>
      <div
        ref={scroller}
        className="lines"
        role="listbox"
        aria-label="Steps and attempts"
        onKeyDown={pressed}
        tabIndex={-1}
      >
        <div className="canvas" role="presentation" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map(({ index, start }) => {
            const line = lines[index]
            return line !== undefined && (
              <Line
                key={line.key}
                line={line}
                isChosen={index === at}
                isReached={index === Math.max(at, 0)}
                start={start}
                choose={choose}
              />
            )
          })}
        </div>
      </div>
    </div>
  )
}
