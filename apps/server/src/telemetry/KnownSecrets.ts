/**
 * The secrets that this process knows: those of its environment, and those of the settings in force. Logs and problem
 * details are redacted by them, however a secret came there. Contract: section 5.
 */
import { makeRedactor, type Redactor } from "@sluice/domain/redaction/Redaction"
import { Context, Layer } from "effect"
import type { Environment } from "../config/ServerConfig.ts"

export class KnownSecrets extends Context.Service<KnownSecrets, {
  /** Compiled once for a set of secrets. */
  readonly redactor: () => Redactor
  /** The source of the secrets in the settings in force; another list is another set. */
  readonly learnFrom: (secrets: () => ReadonlyArray<string>) => void
}>()("@sluice/server/KnownSecrets") {
  static readonly layer = (environment: Environment): Layer.Layer<KnownSecrets> =>
    Layer.sync(KnownSecrets, () => {
      const own = secretsOf(environment)
      let secrets: () => ReadonlyArray<string> = () => own
      let known = { of: own, redactor: makeRedactor(own) }
      return {
        redactor: () => {
          const current = secrets()
          if (current !== known.of) known = { of: current, redactor: makeRedactor([...own, ...current]) }
          return known.redactor
        },
        learnFrom: (settings) => {
          secrets = settings
        }
      }
    })
}

const passwordOf = (url: string | undefined): string => /^[a-z]+:\/\/[^:/?#@]*:([^/?#]*)@/i.exec(url ?? "")?.[1] ?? ""

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Keys after `name=`, keys of the vault, passwords in URLs, and the values of OpenTelemetry's headers. */
const secretsOf = (environment: Environment): ReadonlyArray<string> => {
  const listed = (name: string) => (environment[name] ?? "").split(",").map((entry) => entry.trim())
  const passwords = ["DATABASE_URL", "SLUICE_EGRESS_PROXY"].map((name) => passwordOf(environment[name]))
  // SLUICE_CELLS may name a variable of any name for a database's address.
  const addresses = Object.values(environment).filter((value) => /^postgres(?:ql)?:/i.test(value ?? "")).map(passwordOf)
  const headers = Object.keys(environment).filter((name) => /^OTEL_EXPORTER_OTLP_(\w+_)?HEADERS$/.test(name))
  return [
    ...[...headers, "SLUICE_API_KEYS"].flatMap(listed).map((entry) => entry.slice(entry.indexOf("=") + 1)),
    ...listed("SLUICE_ENCRYPTION_KEY"),
    ...[...passwords, ...addresses].flatMap((password) => [password, decoded(password)])
  ]
}
