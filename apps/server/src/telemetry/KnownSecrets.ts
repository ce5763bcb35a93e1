/**
 * The secrets that this process knows: those of its environment, of the files that it names, and of the settings in
 * force. They are redacted in logs and problem details. Contract: section 5.
 */
import { makeRedactor, type Redactor } from "@sluice/domain/redaction/Redaction"
import { Context, Layer } from "effect"
import type { Environment } from "../config/ServerConfig.ts"

export class KnownSecrets extends Context.Service<KnownSecrets, {
  /** Compiled once for a set of secrets. */
  readonly redactor: () => Redactor
  /** Sets the source of the secrets in the settings; a changed list is compiled anew. */
  readonly learnFrom: (secrets: () => ReadonlyArray<string>) => void
  /** Adds secrets that stay known for as long as the process runs. */
  readonly add: (secrets: ReadonlyArray<string>) => void
}>()("@sluice/server/KnownSecrets") {
  static readonly layer = (environment: Environment): Layer.Layer<KnownSecrets> =>
    Layer.sync(KnownSecrets, () => make(environment))
}

/** The secrets of the environment, to which others can be added. */
export const make = (environment: Environment): KnownSecrets["Service"] => {
  let own = secretsOf(environment)
  const none: ReadonlyArray<string> = []
  let secrets: () => ReadonlyArray<string> = () => none
  let known = { own, of: none, redactor: makeRedactor(own) }
  return {
    redactor: () => {
      const current = secrets()
      if (current !== known.of || own !== known.own) {
        known = { own, of: current, redactor: makeRedactor([...own, ...current]) }
      }
      return known.redactor
    },
    learnFrom: (settings) => {
      secrets = settings
    },
    add: (more) => {
      own = [...own, ...more]
    }
  }
}

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** `user:password@` of a URL with any scheme, up to the last `@` before the path. */
const userPassword = /^\s*[a-z][a-z0-9+.-]*:[\\/]*[^\\/?#:]*:([^\\/?#]*)@/i

/** The passwords in a URL, as written and decoded: that of its user, and PostgreSQL's parameters. */
export const passwordsOf = (url: string): ReadonlyArray<string> =>
  [
    userPassword.exec(url)?.[1] ?? "",
    ...Array.from(url.matchAll(/[?&](?:ssl)?password=([^&#]*)/gi), ([, it = ""]) => it)
  ]
    .filter((password) => password !== "")
    .flatMap((password) => [password, decoded(password)])

/** Keys after `name=`, keys of the vault, passwords in URLs, and the values of OpenTelemetry's headers. */
const secretsOf = (environment: Environment): ReadonlyArray<string> => {
  const listed = (name: string) => (environment[name] ?? "").split(",").map((entry) => entry.trim())
  const headers = Object.keys(environment).filter((name) => /^OTEL_EXPORTER_OTLP_(\w+_)?HEADERS$/.test(name))
  // SLUICE_CELLS may name a variable of any name for a database's address.
  const urls = Object.values(environment).filter((value) => /^[a-z][a-z0-9+.-]*:\/\//i.test(value?.trim() ?? ""))
  return [
    ...[...headers, "SLUICE_API_KEYS"].flatMap(listed).map((entry) => entry.slice(entry.indexOf("=") + 1))
      .flatMap((value) => [value, decoded(value)]),
    ...listed("SLUICE_ENCRYPTION_KEY"),
    ...urls.flatMap((url) => passwordsOf(url?.trim() ?? ""))
  ]
}
