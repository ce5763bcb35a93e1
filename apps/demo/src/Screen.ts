/** The output of the demo: lines that stay and, on a terminal, one status line at the bottom. */
import { cut, type Style, style } from "@sluice/terminal/Style"
import { Context, Effect, Layer, Stdio, Terminal } from "effect"
import { TerminalCapabilities } from "effect/cli"

const clearLine = "\r\u001b[2K"

export class Screen extends Context.Service<Screen, {
  readonly style: Style
  readonly line: (text: string) => Effect.Effect<void>
  /** Replaces the status line; an empty text removes it. Does nothing without a terminal. */
  readonly status: (text: string) => Effect.Effect<void>
}>()("@sluice/demo/Screen") {
  static readonly layer = Layer.effect(
    Screen,
    Effect.gen(function*() {
      const terminal = yield* Terminal.Terminal
      const stdio = yield* Stdio.Stdio
      const capabilities = yield* TerminalCapabilities.TerminalCapabilities
      const columns = (yield* stdio.stdoutIsTerminal) ? yield* terminal.columns : 0
      const look = style({ columns, colours: capabilities.canColor })
      let bottom = ""
      const display = (text: string) => Effect.ignore(terminal.display(text))
      return Screen.of({
        style: look,
        line: (text) => Effect.suspend(() => display(bottom === "" ? `${text}\n` : `${clearLine}${text}\n${bottom}`)),
        status: (text) =>
          Effect.suspend(() => {
            if (!capabilities.canAnimate || (text === "" && bottom === "")) return Effect.void
            bottom = text === "" ? "" : look.paint("dim", cut(text, look.width - 1))
            return display(`${clearLine}${bottom}`)
          })
      })
    })
  )
}
