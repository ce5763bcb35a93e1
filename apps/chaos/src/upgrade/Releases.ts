/**
 * The two releases of the proof: this one, from its sources, and the one before, as the packed server that a user
 * installs. The release before is the last tag `v…`. While there is no tag, it is the commit before the first migration
 * that may run beside a running release. It is packed once, and kept under `node_modules/.cache`.
 */
import { Console, Effect } from "effect"
import { execFile } from "node:child_process"
import { existsSync } from "node:fs"
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { delimiter, dirname, join } from "node:path"
import process from "node:process"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"

const run = promisify(execFile)

const workspace = fileURLToPath(new URL("../../../../", import.meta.url))

const migrations = "packages/persistence/src/schema/migrations"

/** The schema version from which on releases run side by side: `Migrations.ts`. */
const additiveSince = 30

export interface Release {
  readonly name: string
  /** The arguments of Node. */
  readonly words: ReadonlyArray<string>
}

/** This release. */
export const current: Release = {
  name: "new",
  words: ["--conditions=@sluice/source", fileURLToPath(new URL("../../../server/src/main.ts", import.meta.url))]
}

const git = async (...words: ReadonlyArray<string>): Promise<string> =>
  (await run("git", words, { cwd: workspace, maxBuffer: 2 ** 26 })).stdout.trim()

/** The commit of the release before. */
const commitBefore = async (): Promise<string> => {
  const tag = await git("describe", "--tags", "--abbrev=0", "--match", "v*").catch(() => undefined)
  if (tag !== undefined) return git("rev-list", "-n", "1", tag)
  const log = await git("log", "--reverse", "--diff-filter=A", "--name-only", "--format=commit %H", "--", migrations)
  let commit: string | undefined
  for (const line of log.split("\n")) {
    commit = /^commit (\w+)/.exec(line)?.[1] ?? commit
    const number = Number(/\/(\d{4})_\w+\.ts$/.exec(line)?.[1] ?? 0)
    if (number > additiveSince && commit !== undefined) return git("rev-parse", `${commit}^`)
  }
  throw new Error("the history has no release before this one: fetch all of it (git fetch --unshallow --tags)")
}

const pack = async (commit: string, destination: string): Promise<void> => {
  const directory = await mkdtemp(join(tmpdir(), "sluice-release-before-"))
  const clone = join(directory, "clone")
  const tarballs = join(directory, "tarballs")
  // The scripts of packages run on the Node that runs this.
  const env = { ...process.env, CI: "true", PATH: `${dirname(process.execPath)}${delimiter}${process.env["PATH"]}` }
  const pnpm = (...words: ReadonlyArray<string>) =>
    run("npx", ["-y", "pnpm@12", ...words], { cwd: clone, env, maxBuffer: 2 ** 26 })
  try {
    await run("git", ["clone", "--quiet", "--shared", "--no-checkout", workspace, clone])
    await run("git", ["checkout", "--quiet", commit], { cwd: clone })
    // A page in the console's place, which the API does not need and which takes long to build.
    await mkdir(join(clone, "apps/console/dist"), { recursive: true })
    await writeFile(join(clone, "apps/console/dist/index.html"), "")
    await pnpm("install", "--frozen-lockfile", "--prefer-offline", "--ignore-scripts")
    await pnpm("exec", "tsc", "-b", "tsconfig.packages.json")
    await pnpm("--recursive", "--filter-prod", "@sluice/server...", "pack", "--pack-destination", tarballs)
    const packed = (await readdir(tarballs)).map((file) => join(tarballs, file))
    await mkdir(destination, { recursive: true })
    await writeFile(join(destination, "package.json"), JSON.stringify({ private: true, type: "module" }))
    const install = ["install", "--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error", "--no-save"]
    await run("npm", [...install, ...packed], { cwd: destination })
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

/** The release before this one, as it is installed. */
export const before = Effect.gen(function*() {
  const commit = yield* Effect.promise(commitBefore)
  const home = join(workspace, "node_modules", ".cache", "sluice-releases", commit)
  if (!existsSync(home)) {
    yield* Console.log(`packing the release before, ${commit.slice(0, 12)}`)
    const making = `${home}.making`
    yield* Effect.promise(async () => {
      await rm(making, { recursive: true, force: true })
      await pack(commit, making)
      await rename(making, home)
    })
  }
  const release: Release = { name: "old", words: [join(home, "node_modules", ".bin", "sluice-server")] }
  return release
})
