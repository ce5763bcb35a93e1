/**
 * Packs the partner kit and runs the tarball with npx in an empty folder, as a customer's CI would: scripted by a file
 * and over HTTP, asked, read, and stopped. Needs `dist` (`pnpm build`).
 */
import { spawn, spawnSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"

const directory = mkdtempSync(join(tmpdir(), "sluice-kit-"))
const empty = join(directory, "empty")
mkdirSync(empty)

const ran = (command: string, args: ReadonlyArray<string>, cwd: string): void => {
  const { status, stderr, stdout } = spawnSync(command, args, { cwd, encoding: "utf8" })
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${status}\n${stdout}${stderr}`)
}

const answered = async (url: string, init?: RequestInit): Promise<string> => {
  const response = await fetch(url, init)
  return `${response.status} ${await response.text()}`
}

const expect = (what: string, got: string, wanted: string): void => {
  if (!got.startsWith(wanted)) throw new Error(`${what}: ${got}`)
  process.stdout.write(`${what}: ${got.slice(0, 70)}\n`)
}

let kit: ReturnType<typeof spawn> | undefined
try {
  ran("npx", ["-y", "pnpm@12", "pack", "--pack-destination", directory], "apps/partners")
  const tarball = readdirSync(directory).find((file) => file.endsWith(".tgz"))
  if (tarball === undefined) throw new Error("pnpm pack left no tarball")
  const script = join(empty, "partners.json")
  writeFileSync(script, JSON.stringify({ provisioning: ["503"] }))
  const begun = performance.now()
  const line = ["-y", "--prefer-offline", `--package=${join(directory, tarball)}`, "--", "sluice-partners"]
  // A group of its own: npx does not hand every signal on.
  kit = spawn("npx", [...line, "--script", script, "--seed", "2"], {
    cwd: empty,
    detached: true,
    stdio: ["ignore", "pipe", "inherit"]
  })
  const lines = createInterface({ input: kit.stdout ?? process.stdin })
  const first = await new Promise<string>((resolve, reject) => {
    lines.once("line", resolve)
    lines.once("close", () => reject(new Error("the kit ended without saying where it listens")))
  })
  process.stdout.write(`listening ${((performance.now() - begun) / 1000).toFixed(1)} s after npx was called\n`)
  const { log, partners } = JSON.parse(first) as { log: string; partners: Record<string, string> }
  const order = { method: "POST", body: `{"id":"o-1"}`, headers: { "content-type": "application/json" } }
  expect("the script's file", await answered(`${partners["provisioning"]}/api/provision`, order), "503")
  expect("then as ever", await answered(`${partners["provisioning"]}/api/provision`, order), `200 {"accountId"`)
  expect("the seed", await answered(`${partners["forgetful"]}/`, order), `200 {"accountId":"ACC-1000001"}`)
  expect("over HTTP", await answered(`${log}/script`, { method: "PUT", body: `{"inbox":[{"status":418}]}` }), "204")
  expect("scripted", await answered(`${partners["inbox"]}/`, order), "418")
  expect("the log", await answered(`${log}/log?partner=inbox`), `200 {"items":[{`)
  const ended = new Promise((resolve) => kit?.once("exit", resolve))
  if (kit.pid !== undefined) process.kill(-kit.pid, "SIGTERM")
  await ended
  process.stdout.write("the kit runs from its tarball, outside the workspace\n")
} catch (error) {
  process.exitCode = 1
  process.stderr.write(`${String(error)}\n`)
  if (kit?.pid !== undefined && kit.exitCode === null) process.kill(-kit.pid, "SIGKILL")
} finally {
  rmSync(directory, { recursive: true, force: true })
}
