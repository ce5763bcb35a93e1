/**
 * The number of recorded runs that the server simulates in a second: 10,000 runs of three callouts each, over its API,
 * with the pipeline that ran and with a changed one. Prints runs per second and leaves them in `results/`.
 */
import { writeFileSync } from "node:fs"
import { setTimeout as sleep } from "node:timers/promises"
import { type Child, start } from "./Child.ts"
import { using } from "./DatabaseServer.ts"
import { completedStatus, order, pipelineName, steps } from "./Order.ts"
import { startServer } from "./sluice/Server.ts"

const runs = Number(process.env["BENCH_RUNS"] ?? 10_000)
const rounds = Number(process.env["BENCH_ROUNDS"] ?? 5)
const inFlight = 64

const median = (values: ReadonlyArray<number>): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

const definition = (partnerUrl: string) => ({
  match: { orderTypes: ["REFUND"] },
  completedStatus,
  steps: steps.map((id) => ({
    name: "calloutPlugin",
    id,
    critical: true,
    options: { endpoint: `${partnerUrl}/${id}`, shouldRejectOn: { status: [400, 404, 500] } }
  }))
})

/** One step asks with another header, taken from an answer; one is removed, one is new. */
const changed = (partnerUrl: string) => {
  const { steps: [validate, provision], ...rest } = definition(partnerUrl)
  const headers = { "x-reference": "{% callouts.validate.body.reference %}" }
  return {
    ...rest,
    steps: [
      validate,
      { ...provision, options: { ...provision?.options, headers } },
      { name: "calloutPlugin", id: "thank", options: { endpoint: `${partnerUrl}/thank` } }
    ]
  }
}

interface Answer {
  readonly items: ReadonlyArray<{ readonly same: boolean }>
}

await using(async (database) => {
  const partner: Child = await start("./partner.ts")
  const { port } = partner.greeting as { readonly port: number }
  const partnerUrl = `http://127.0.0.1:${port}`
  const server = await startServer({ DATABASE_URL: await database.create("bench_simulate") })
  const send = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const response = await fetch(server.url + path, {
      method,
      headers: { "content-type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) })
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`)
    return JSON.parse(text)
  }

  await send("PUT", `/v1/pipelines/${pipelineName}`, definition(partnerUrl))
  let made = 0
  await Promise.all(Array.from({ length: inFlight }, async () => {
    while (made < runs) await send("POST", "/v1/orders", order(made++))
  }))
  const open = async () => ((await send("GET", "/v1/process-events?state=running&limit=1")) as Answer).items.length > 0
  while (await open()) await sleep(200)

  const rate = async (body: object): Promise<{ readonly runsPerSecond: number; readonly same: number }> => {
    const begun = performance.now()
    const { items } = await send("POST", `/v1/pipelines/${pipelineName}/simulate`, body) as Answer
    if (items.length !== runs) throw new Error(`${items.length} runs were simulated, not ${runs}`)
    return {
      runsPerSecond: runs / ((performance.now() - begun) / 1000),
      same: items.filter(({ same }) => same).length
    }
  }
  const variants = {
    "the pipeline that ran": { lastRuns: runs },
    "a changed pipeline": { lastRuns: runs, definition: changed(partnerUrl) }
  }
  const figures = new Map(Object.keys(variants).map((name) => [name, [] as Array<number>]))
  for (let round = 0; round < rounds; round++) {
    for (const [name, body] of Object.entries(variants)) {
      const { runsPerSecond, same } = await rate(body)
      figures.get(name)?.push(runsPerSecond)
      process.stdout.write(`round ${round + 1}, ${name}: ${runsPerSecond.toFixed(0)} runs/s, ${same} the same\n`)
    }
  }
  const text = [
    `PostgreSQL ${database.version}, ${runs} recorded runs of ${steps.length} callouts, medians of ${rounds} rounds (least)`,
    ...[...figures].map(([name, own]) => `${name}: ${median(own).toFixed(0)} runs/s (${Math.min(...own).toFixed(0)})`)
  ].join("\n")
  process.stdout.write(`\n${text}\n`)
  if (rounds >= 5) writeFileSync(new URL("./results/simulate.txt", import.meta.url), `${text}\n`)
  await server.stop()
  await partner.end()
})
