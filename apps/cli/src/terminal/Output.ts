/**
 * The output of a command: lines for people, or one JSON value with `--json`. Notes and progress are for people only.
 */
import { type Style, style } from "@sluice/terminal/Style"
import { Console, Context, Effect, Layer, Stdio, Terminal } from "effect"
import { TerminalCapabilities } from "effect/cli"

export class Output extends Context.Service<Output, {
  readonly style: Style
  /** True to print one JSON value instead of lines. */
  readonly json: boolean
  /** Prints the command's result. */
  readonly result: (value: unknown, lines: (style: Style) => ReadonlyArray<string>) => Effect.Effect<void>
  /** Prints a note in between; silent with `--json`. */
  readonly note: (text: string) => Effect.Effect<void>
}>()("@sluice/cli/Output") {
  static readonly layer = (json: boolean) =>
    Layer.effect(
      Output,
      Effect.gen(function*() {
        const stdio = yield* Stdio.Stdio
        const terminal = yield* Terminal.Terminal
        const { canColor } = yield* TerminalCapabilities.TerminalCapabilities
        const isTerminal = yield* stdio.stdoutIsTerminal
        const look = style({
          columns: isTerminal ? yield* terminal.columns : 80,
          colours: isTerminal && canColor,
          bounded: isTerminal
        })
        return Output.of({
          style: look,
          json,
          result: (value, lines) =>
            json
              ? Console.log(JSON.stringify(value, undefined, 2))
              : Effect.forEach(lines(look), (line) => Console.log(line), { discard: true }),
          note: (text) => json ? Effect.void : Console.log(text)
        })
      })
    )
}
