/**
 * Runs the docs: every command and every JSON of the pages, against one server and the partners of this repository, page
 * after page in the order of the index; what the pages show is compared with what was printed.
 * `pnpm docs:proof [words of paths…]` runs the pages whose paths have one of the words. A fence that cannot be run here
 * stands after `<!-- not run: <reason> -->`, which `--not-run` lists; one that needs programs which may not be there
 * stands after `<!-- with <programs> -->`; commands that readers need not see stand in `<!-- run … -->`.
 *
 * A page may start servers of its own: `npx -y pnpm@12 start` comes back when the server is ready, and its address is then
 * in `server.url`. `postgres://user:password@host:5432/<name>` is a database that is made for the page.
 */
import { Effect, Redacted } from "effect"
import { spawn } from "node:child_process"
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { delimiter, join, resolve } from "node:path"
import process from "node:process"
import { type Running, running } from "../../examples/src/Running.ts"
import { EmbeddedPostgres } from "../../packages/persistence/src/embedded/EmbeddedPostgres.ts"
import { execute, withDatabase } from "../../packages/persistence/src/testing/DatabaseServer.ts"
import { freePort } from "../FreePort.ts"
import { type Block, blocksOf, notRunIn, pages, skippedIn, slugOf } from "./Pages.ts"
import { programsIn } from "./Programs.ts"
import { missing } from "./Shown.ts"

const root = resolve(import.meta.dirname, "../..")
const directory = mkdtempSync(join(tmpdir(), "sluice-docs-"))
chmodSync(directory, 0o711)

/** Addresses of the reader's network in the docs: each is a free port of this machine. */
const elsewhere = [
  "127.0.0.1:5432",
  "billing.internal.example:8443",
  "proxy.internal.example:3128",
  "pooler.internal.example:6432",
  "SLUICE_CLUSTER_HOST=10.0.0.1 SLUICE_CLUSTER_PORT=8090",
  "SLUICE_CLUSTER_HOST=10.0.0.2 SLUICE_CLUSTER_PORT=8090"
]

/** The place of each of them in this run. */
const placed = (): Promise<ReadonlyArray<readonly [string, string]>> =>
  Promise.all(elsewhere.map(async (address) => {
    const port = await freePort()
    return [
      address,
      address.startsWith("SLUICE_CLUSTER")
        ? `SLUICE_CLUSTER_HOST=127.0.0.1 SLUICE_CLUSTER_PORT=${port}`
        : `127.0.0.1:${port}`
    ] as const
  }))

/** The addresses in the docs, and where the same listens in this run. */
const addresses = ({ desk, partners, server }: Running): ReadonlyArray<readonly [string, string]> => [
  ["127.0.0.1:8080", new URL(server).host],
  ...[desk, ...Object.values(partners)].map((url, index) => [`127.0.0.1:${9400 + index}`, new URL(url).host] as const)
]

const bin = join(directory, "bin")

const layOut = (hosts: ReadonlyArray<readonly [string, string]>): void => {
  mkdirSync(bin)
  for (const [name, script] of Object.entries(programsIn(root))) {
    writeFileSync(join(bin, name), `#!/usr/bin/env bash\n${replaced(script, hosts)}\n`, { mode: 0o755 })
  }
}

/** The setting that a JSON block is put as. Only the settings file reads the environment. */
const placeOf = (value: Readonly<Record<string, unknown>>, name: string): readonly [string, unknown] | undefined => {
  if ("steps" in value) return [`/v1/pipelines/${name}`, { ...value, name }]
  if ("domain" in value) return [`/v1/auth-providers/${name}`, { ...value, name }]
  if ("Host" in value) return [`/v1/connectors/${name}`, { ...value, ConnectorId: name }]
  if ("name" in value) {
    // What an expression reads of an earlier step needs that step.
    const read = new Set([...JSON.stringify(value).matchAll(/callouts\.(\w+)/g)].map(([, id]) => id))
    const earlier = [...read].map((id) => ({
      name: "calloutPlugin",
      id,
      options: { endpoint: "https://earlier.example" }
    }))
    return [`/v1/pipelines/${name}`, { match: { orderTypes: [name] }, steps: [...earlier, value] }]
  }
  return undefined
}

const put = (path: string, body: unknown): string =>
  `curl -s -X PUT 127.0.0.1:8080${path} -H 'content-type: application/json' --data-binary @- <<'END_OF_BLOCK'\n${
    JSON.stringify(body)
  }\nEND_OF_BLOCK\ncurl -s -X DELETE 127.0.0.1:8080${path}\n`

/** The command that puts a JSON block and takes it away again: it is an example, and not what the page goes on with. */
const putting = (block: Block): string => {
  const text = block.text.replaceAll(/\{\s*"env":\s*("[^"]*")\s*\}/g, "$1")
  const name = `${slugOf(block.page)}-${block.line}`
  const value = JSON.parse(text) as Record<string, unknown>
  if ("connectors" in value || "pipelines" in value) {
    return `sluice apply --dry-run <<'END_OF_BLOCK'\n${text}\nEND_OF_BLOCK\n`
  }
  const place = placeOf(value, name)
  if ("expect" in value) {
    return `cp -R ${root}/examples/order-tests/. .\ncat > ${name}.test.json <<'END_OF_BLOCK'\n${text}\nEND_OF_BLOCK\nsluice test ${name}.test.json\n`
  }
  if (place === undefined) {
    throw new Error(`${block.page}:${block.line}: this JSON is no setting: it is shown, or not run`)
  }
  return put(...place)
}

/** Milliseconds after which a page hangs: a command waits for what does not come. Some pages start twenty servers. */
const patience = 900_000

const separator = "\u001E"

/** The script of a page: its blocks in one shell, each followed by its exit code. Servers that it started are ended. */
const scriptOf = (blocks: ReadonlyArray<Block>): string =>
  blocks.map((block) => {
    if (block.kind !== "run" && block.kind !== "json") return ""
    const commands = block.kind === "run" ? block.text : putting(block)
    return `{\n${commands}\n}\nprintf '${separator}%s${separator}' $?\n`
  }).join("\n") + "\nstopped > /dev/null\n"

const shell = (script: string, cwd: string): Promise<string> =>
  new Promise((settle, reject) => {
    const env = {
      ...process.env,
      PATH: `${bin}${delimiter}${process.env["PATH"] ?? ""}`,
      COLUMNS: "120",
      SLUICE_DATA_DIR: join(cwd, ".sluice"),
      KUBERNETES: join(root, "deploy", "kubernetes"),
      ORDER_TESTS: join(root, "examples", "order-tests"),
      SLUICE_URL: serverUrl
    }
    const child = spawn("bash", ["-c", `exec 2>&1\n${script}`], {
      cwd,
      env,
      // A group of its own, so that what a page leaves behind ends with it.
      detached: true,
      stdio: ["ignore", "pipe", "inherit"]
    })
    const stop = () => child.pid !== undefined && process.kill(-child.pid, "SIGKILL")
    const hanging = setTimeout(stop, patience)
    let text = ""
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk
    })
    child.once("error", reject)
    child.once("close", () => {
      clearTimeout(hanging)
      settle(text)
    })
  })

let serverUrl = ""

const replaced = (text: string, pairs: ReadonlyArray<readonly [string, string]>): string =>
  pairs.reduce((sofar, [from, to]) => sofar.replaceAll(new RegExp(`${RegExp.escape(from)}\\b`, "g"), () => to), text)

/** Makes a database, and gives its address. */
type MakeDatabase = (name: string) => Promise<string>

const making = (server: string): MakeDatabase => (name) =>
  Effect.runPromise(Effect.as(execute(server, `CREATE DATABASE "${name}"`), withDatabase(server, name)))

/** A PostgreSQL of the proof's own for those pages that show a database of the reader's. */
const withPostgres = (use: (make: MakeDatabase) => Promise<void>): Promise<void> => {
  const postgres = EmbeddedPostgres.make({
    dataDirectory: join(directory, "postgres"),
    settings: { fsync: "off", max_connections: "200" }
  })
  return Effect.runPromise(
    Effect.scoped(Effect.flatMap(postgres, ({ url }) => Effect.promise(() => use(making(Redacted.value(url))))))
  )
}

/** The databases that a page names, and those that are made for it. */
const databasesOf = (
  page: string,
  blocks: ReadonlyArray<Block>,
  make: MakeDatabase
): Promise<ReadonlyArray<readonly [string, string]>> => {
  const named = blocks.filter(({ kind }) => kind === "run").flatMap(({ text }) =>
    text.match(/postgres:\/\/user:password@host:5432\/\w+/g) ?? []
  )
  return Promise.all(
    [...new Set(named)].map(async (url) => [url, await make(`${slugOf(page)}-${url.split("/").at(-1)}`)] as const)
  )
}

/** The faults of a page, in words. */
const faultsOf = async (
  page: string,
  addresses: ReadonlyArray<readonly [string, string]>,
  make: MakeDatabase
): Promise<ReadonlyArray<string>> => {
  const blocks = blocksOf(page)
  const hosts = [...addresses, ...await databasesOf(page, blocks, make)]
  const cwd = join(directory, slugOf(page))
  mkdirSync(cwd, { recursive: true })
  const script = replaced(scriptOf(blocks).replaceAll("localhost:8080", "127.0.0.1:8080"), hosts)
  const output = replaced(await shell(script, cwd), hosts.map(([from, to]) => [to, from]))
  const results = output.split(separator)
  const faults: Array<string> = []
  let printed = ""
  let shown = true
  let expected = ""
  for (const [index, block] of blocks.entries()) {
    const where = `${page}:${block.line}`
    if (block.kind === "shown") {
      shown = true
      const part = missing(block.text, printed)
      if (part !== undefined) {
        faults.push(`${where}: shows what was not printed\n  ${part}\n  printed: ${printed.slice(0, 6000)}`)
      }
      continue
    }
    if (block.kind === "ts") continue
    const text = results.shift() ?? ""
    const code = results.shift()
    printed = shown ? text : printed + text
    shown = false
    expected = blocks.slice(index).filter(({ kind }) => kind === "shown").map(({ text: one }) => one).join("")
    if (code !== String(block.exit)) faults.push(`${where}: ended with ${code}\n  printed: ${text}`)
    if (!block.refusals) {
      for (const [problem] of text.matchAll(/urn:sluice:problem:[\w-]+/g)) {
        if (!expected.includes(problem) && !expected.includes("\"detail\":")) {
          faults.push(`${where}: was answered with ${problem}\n  printed: ${text}`)
        }
      }
    }
  }
  return faults
}

const words = process.argv.slice(2).filter((word) => word !== "--not-run")
const chosen = pages().filter((page) => words.length === 0 || words.some((word) => page.includes(word)))

const prove = () =>
  withPostgres((make) =>
    running(async (parts) => {
      serverUrl = parts.server
      const hosts = [...addresses(parts), ...await placed()]
      layOut(hosts)
      for (const page of chosen) {
        const begun = performance.now()
        const faults = await faultsOf(page, hosts, make)
        const seconds = ((performance.now() - begun) / 1000).toFixed(1)
        process.stdout.write(
          `${page}: ${faults.length === 0 ? "as shown" : `${faults.length} faults`}, ${seconds} s\n`
        )
        for (const fault of faults) process.stdout.write(`  ${fault}\n`)
        for (const { line, without } of skippedIn(page)) {
          process.stdout.write(`  ${page}:${line}: skipped, there is no ${without}\n`)
        }
        if (faults.length > 0) process.exitCode = 1
      }
    })
  )

try {
  if (process.argv.includes("--not-run")) {
    const all = chosen.flatMap(notRunIn)
    for (const { line, page, reason } of all) process.stdout.write(`${page}:${line}: ${reason}\n`)
    process.stdout.write(`${all.length} blocks are not run\n`)
  } else await prove()
} catch (error) {
  process.exitCode = 1
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
} finally {
  rmSync(directory, { recursive: true, force: true })
}
