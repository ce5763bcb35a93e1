/**
 * The memory that hostile clients cost Sluice's own server: drips, floods, bombs, resets, pipelines and unread answers,
 * 50 connections at a time, four times each. Reports by kind what is retained after a collection, and the peak of
 * resident memory above what the server had before. Fails over 5 MiB retained.
 */
import { attacks, memoryReporter } from "@sluice/http-client/testing/HostileClients"
import { readFileSync } from "node:fs"
import { setTimeout as pause } from "node:timers/promises"
import { using } from "./DatabaseServer.ts"
import { startServer } from "./sluice/Server.ts"

const key = "a-key-of-the-benchmark"
const mebibyte = 1024 * 1024

await using(async (server) => {
  const sluice = await startServer({
    DATABASE_URL: await server.create("hostile"),
    SLUICE_API_KEYS: `bench=${key}`,
    NODE_OPTIONS: `--import=${memoryReporter}`
  })
  const { hostname, port } = new URL(sluice.url)
  const target = { host: hostname, port: Number(port), key }
  const resident = () =>
    Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${sluice.pid}/status`, "utf8"))?.[1] ?? 0) / 1024
  const used = async (): Promise<number> => {
    const before = sluice.said().length
    process.kill(sluice.pid, "SIGWINCH")
    for (;;) {
      const bytes = /in use: (\d+) bytes/.exec(sluice.said().slice(before))?.[1]
      if (bytes !== undefined) return Number(bytes)
      await pause(20)
    }
  }
  process.stdout.write("client                 retained KiB    peak MiB\n")
  for (const [name, attack] of Object.entries(attacks)) {
    await attack(target)
    const [before, had] = [await used(), resident()]
    let peak = 0
    const watch = setInterval(() => void (peak = Math.max(peak, resident() - had)), 5)
    for (let turn = 0; turn < 4; turn++) await attack(target)
    clearInterval(watch)
    const retained = (await used()) - before
    if (retained > 5 * mebibyte) process.exitCode = 1
    process.stdout.write(
      `${name.padEnd(22)} ${(Math.max(0, retained) / 1024).toFixed(0).padStart(12)} ${peak.toFixed(1).padStart(11)}\n`
    )
  }
  await sluice.stop()
})
