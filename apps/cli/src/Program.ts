/** The command line `sluice`: its commands, what they share, and how it ends. Contract: section 7, by its derived client. */
import { ApiClient } from "@sluice/api/ApiClient"
import { makeRedactor } from "@sluice/domain/redaction/Redaction"
import { Cause, Console, Effect, Exit, Layer, Option, Redacted } from "effect"
import { CliError, CliOutput, Command, Flag } from "effect/cli"
import { readFileSync } from "node:fs"
import { apiKeys, createApiKey, deleteApiKey } from "./access/ApiKeys.ts"
import { audit } from "./access/Audit.ts"
import { whoami } from "./access/WhoAmI.ts"
import { apply } from "./commands/Apply.ts"
import { checkPartner } from "./commands/CheckPartner.ts"
import { deliveries, delivery, redeliver } from "./commands/Deliveries.ts"
import { keys } from "./commands/Keys.ts"
import { orders, submit } from "./commands/Orders.ts"
import { callout, cancel, process, resolve, retry, runs, show, watch } from "./commands/Runs.ts"
import { settings } from "./commands/Settings.ts"
import { plan, simulate } from "./commands/Simulate.ts"
import { timeline, why } from "./commands/Timeline.ts"
import { listEventTypes, plugins } from "./development/Catalogue.ts"
import { listen } from "./development/Listen.ts"
import { test } from "./development/Test.ts"
import { trigger } from "./development/Trigger.ts"
import { customers } from "./operations/Customers.ts"
import { issues } from "./operations/Issues.ts"
import { job, jobs, stop } from "./operations/Jobs.ts"
import { cancelMany, resolveMany, retryMany } from "./operations/Many.ts"
import { health, overview } from "./operations/Overview.ts"
import { partners } from "./operations/Partners.ts"
import { pipelines } from "./operations/Pauses.ts"
import { replay } from "./operations/Replay.ts"
import { subscriptions } from "./operations/Subscriptions.ts"
import { exitCodes, failureOf, usage } from "./terminal/Failure.ts"
import { Output } from "./terminal/Output.ts"

/** The package's, from its manifest: one folder above the sources, and above the bundle. */
const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
  readonly version: string
}

/** The values from the environment, used where a flag is absent. */
export interface Defaults {
  readonly url: string
  readonly key: string | undefined
}

/** Every command, with the flags that all of them share. */
export const commandOf = (defaults: Defaults) => {
  const shared = {
    url: Flag.String("url").pipe(
      Flag.withDescription("The server's address; else SLUICE_URL"),
      Flag.withDefault(defaults.url)
    ),
    key: Flag.Redacted("key").pipe(Flag.withDescription("An API key; else SLUICE_API_KEY"), Flag.optional),
    json: Flag.Boolean("json").pipe(
      Flag.withDescription("One JSON value instead of lines for people"),
      Flag.withDefault(false)
    )
  }
  const given = defaults.key === undefined ? undefined : Redacted.make(defaults.key)
  return Command.make("sluice").pipe(
    Command.withDescription("Submits orders, watches runs, and deals with failures"),
    Command.withSharedFlags(shared),
    Command.withSubcommands([
      { group: "At a glance", commands: [overview, health] },
      {
        group: "Orders and runs",
        commands: [submit, watch, show, callout, orders, runs, timeline, why, subscriptions]
      },
      { group: "Putting right", commands: [cancel, retry, process, resolve, issues] },
      { group: "Many runs at once", commands: [cancelMany, retryMany, resolveMany, jobs, job, stop] },
      { group: "Deliveries", commands: [deliveries, delivery, redeliver, replay] },
      {
        group: "Settings and partners",
        commands: [settings, apply, pipelines, partners, simulate, plan, checkPartner, keys]
      },
      { group: "Development", commands: [listen, trigger, test, plugins, listEventTypes] },
      { group: "Access", commands: [whoami, apiKeys, createApiKey, deleteApiKey, audit, customers] }
    ]),
    Command.provide(({ json, key, url }) => {
      const secret = Option.getOrUndefined(key) ?? given
      if (!URL.canParse(url)) {
        return Layer.effectContext(
          usage(`${url} is no address: set SLUICE_URL (or --url) to one like http://127.0.0.1:8080`)
        )
      }
      if (/^[^/]*\/\/[^/?#]*@/.test(url)) {
        return Layer.effectContext(
          usage(
            "SLUICE_URL (or --url) holds a user or password, which Sluice does not take: set SLUICE_API_KEY (or --key)"
          )
        )
      }
      if (secret !== undefined && !/^[\x21-\x7e]*$/.test(Redacted.value(secret))) {
        return Layer.effectContext(
          usage("SLUICE_API_KEY (or --key) holds a space, a line break or a sign that no key has")
        )
      }
      return Layer.mergeAll(
        Output.layer(json),
        ApiClient.layer({ baseUrl: url.replace(/\/+$/, ""), ...(secret !== undefined && { key: secret }) })
      )
    })
  )
}

/**
 * A usage error comes first, and the help after it on standard error too, so that a pipe gets neither. With `--json` the
 * error is a value, without help.
 */
const presenter = (json: boolean): CliOutput.Presenter => ({
  present: Effect.fnUntraced(function*(event) {
    if (event._tag !== "InvalidInvocation") return yield* CliOutput.defaultPresenter.present(event)
    const detail = event.errors.map(({ message }) => message).join("\n")
    if (json) return yield* Console.error(JSON.stringify({ error: { detail } }))
    yield* Console.error(`sluice: ${detail}\n`)
    yield* Console.error(CliOutput.defaultFormatter({ colors: false }).formatHelpDoc(event.helpDoc))
  })
})

/** The value of a flag among the arguments, for the message of a failed command. */
const flagIn = (words: ReadonlyArray<string>, name: string): string | undefined => {
  const at = words.findIndex((word) => word === `--${name}` || word.startsWith(`--${name}=`))
  const word = words[at]
  return word === undefined ? undefined : word.includes("=") ? word.slice(word.indexOf("=") + 1) : words[at + 1]
}

/** The user and password in an address that may be no URL. */
const passwordsIn = (url: string): ReadonlyArray<string> => {
  const user = /^(?:[a-z][a-z0-9+.-]*:)?\/*([^/?#]*)@/i.exec(url.trim())?.[1]
  return user === undefined ? [] : [user, user.slice(user.indexOf(":") + 1)]
}

/** Control characters, and marks that turn the direction of a text. Styles are found as well, so that they stay. */
const commands = /\p{Cc}\[\d+m|[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu

const escapeOf = (found: string): string => {
  const isOurs = found.length > 1 && found.startsWith("\u001b")
  return isOurs || found.startsWith("\n") || found.startsWith("\t")
    ? found
    : `\\u${found.charCodeAt(0).toString(16).padStart(4, "0")}${found.slice(1)}`
}

/** The text without what a terminal would obey: orders and partners choose what is printed. */
const harmless = (text: string): string => text.replaceAll(commands, escapeOf)

/** A console that prints none of the secrets, also where a server or the HTTP client repeats them. */
const redacting = (inner: Console.Console, secrets: ReadonlyArray<string>): Console.Console => {
  const redactor = makeRedactor(secrets)
  const shown = (line: ReadonlyArray<unknown>) =>
    line.map((part) => typeof part === "string" ? harmless(redactor.text(part)) : redactor.json(part))
  return {
    ...inner,
    log: (...line: ReadonlyArray<unknown>) => inner.log(...shown(line)),
    error: (...line: ReadonlyArray<unknown>) => inner.error(...shown(line))
  }
}

/** Runs a command line, given as its words, and returns the exit code. Failures are written to standard error. */
export const run = Effect.fnUntraced(function*(words: ReadonlyArray<string>, defaults: Defaults) {
  const url = flagIn(words, "url") ?? defaults.url
  const key = (flagIn(words, "key") ?? defaults.key ?? "").trim()
  const inner = yield* Console.Console
  return yield* Effect.provideService(
    runAll(words, defaults, url),
    Console.Console,
    redacting(inner, [key, ...key.split(/[^\x21-\x7e]+/), ...passwordsIn(url)])
  )
})

const runAll = Effect.fnUntraced(function*(words: ReadonlyArray<string>, defaults: Defaults, url: string) {
  const exit = yield* Command.runWith(commandOf(defaults), { version })(words).pipe(
    Effect.provideService(CliOutput.Presenter, presenter(words.includes("--json"))),
    Effect.exit
  )
  if (Exit.isSuccess(exit)) return exitCodes.done
  if (Cause.hasInterruptsOnly(exit.cause)) return yield* Effect.interrupt
  const error = Cause.squash(exit.cause)
  // The help that goes with it was shown.
  if (CliError.isCliError(error)) return exitCodes.usage
  const failure = failureOf(error, url)
  yield* Console.error(
    words.includes("--json")
      ? JSON.stringify({ error: failure.problem ?? { detail: failure.message } })
      : `sluice: ${failure.message}`
  )
  return failure.code
})
