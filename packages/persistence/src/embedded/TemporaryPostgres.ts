/** A PostgreSQL of its own for tests, benchmarks and chaos: started with the scope, and removed with it. */
import { Effect } from "effect"
import { chmod, mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { EmbeddedPostgres } from "./EmbeddedPostgres.ts"

export interface Options {
  /** The beginning of the directory's name. */
  readonly prefix: string
  /** The directory in which it is made; the system's temporary directory by default. */
  readonly parent?: string
  /** Settings of PostgreSQL, by name. */
  readonly settings: Readonly<Record<string, string>>
}

const remove = (path: string) => Effect.promise(() => rm(path, { recursive: true, force: true }))

/** Starts the server in a new directory, and removes its files after its end, wherever they lie. */
export const make = Effect.fnUntraced(function*({ parent = tmpdir(), prefix, settings }: Options) {
  const directory = yield* Effect.acquireRelease(
    Effect.promise(async () => {
      const made = await mkdtemp(join(parent, prefix))
      // Run by root, PostgreSQL runs as another account and must get in.
      await chmod(made, 0o711)
      return made
    }),
    remove
  )
  const home = { path: directory }
  yield* Effect.addFinalizer(() => remove(home.path))
  const postgres = yield* EmbeddedPostgres.make({ dataDirectory: directory, settings })
  home.path = postgres.home
  return postgres
})
