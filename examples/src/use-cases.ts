/**
 * Runs the seed's use cases against a server and its partners: `pnpm use-cases [name …]`. Prints each order's result
 * and the requests that the partners received, and exits with 1 if they differ from `expected.json`.
 */
import process from "node:process"
import { setTimeout as sleep } from "node:timers/promises"
import { type Running, running } from "./Running.ts"
import { faultsOf, readUseCase, type Seen, type UseCase, useCases } from "./UseCase.ts"

/** The secrets of the local Zuora and Salesforce, which protect nothing. */
const secrets = {
  ZUORA_CLIENT_SECRET: "zuora-secret-of-the-local-zuora",
  SALESFORCE_CLIENT_SECRET: "salesforce-secret-of-the-local-org"
}

const say = (line: string) => process.stdout.write(`${line}\n`)

/** Sends a request, again for as long as the answer is a 503 that says that nothing was stored, as on a busy machine. */
const sent = async (
  method: string,
  url: string,
  body?: unknown,
  headers: Record<string, string> = {}
): Promise<any> => {
  const response = await fetch(url, {
    method,
    ...(body !== undefined && { body: JSON.stringify(body) }),
    headers: { "content-type": "application/json", ...headers }
  })
  const text = await response.text()
  if (response.status === 503 && text.includes("Try again")) {
    await sleep(1000)
    return sent(method, url, body, headers)
  }
  if (!response.ok) throw new Error(`${method} ${url} answered ${response.status}: ${text}`)
  return text === "" ? undefined : JSON.parse(text)
}

/** The requests that the partners received for an order; post-processing arrives a moment after the run's end. */
const requestsOf = async (desk: string, orderId: string, count: number): Promise<Seen["requests"]> => {
  for (let i = 0;; i++) {
    const { items } = await sent("GET", `${desk}/log`) as {
      items: ReadonlyArray<{ partner: string; method: string; path: string; body: string }>
    }
    const seen = items.filter(({ body }) => body.includes(orderId))
      .map(({ body, method, partner, path }) => ({ line: `${partner} ${method} ${path}`, body }))
    if (seen.length >= count || i > 1000) return seen
    await sleep(50)
  }
}

const run = async (useCase: UseCase, { desk, server }: Running): Promise<boolean> => {
  let well = true
  await sent("PUT", `${desk}/script`, useCase.scripts)
  for (const one of useCase.authProviders) await sent("PUT", `${server}/v1/auth-providers/${one.name}`, one)
  for (const one of useCase.pipelines) await sent("PUT", `${server}/v1/pipelines/${one.name}`, one)
  say(`\n${useCase.name}`)
  for (const { expected, order } of useCase.orders) {
    const ended = await sent("POST", `${server}/v1/orders`, order, { prefer: "wait=60" }) as Omit<Seen, "requests">
    const requests = await requestsOf(desk, order.id, expected.requests.length)
    say(`  ${order.id}: run ${ended.processEvent.state}, order ${ended.order.status}`)
    for (const { error, id, state } of ended.processEvent.steps) {
      say(`    ${id.padEnd(12)} ${state}${error === undefined ? "" : `: ${error.message}`}`)
    }
    for (const { line } of requests) say(`    ← ${line}`)
    const faults = faultsOf(expected, { ...ended, requests })
    for (const fault of faults) say(`    NOT AS EXPECTED: ${fault}`)
    well = well && faults.length === 0
  }
  for (const { name } of useCase.pipelines) await sent("DELETE", `${server}/v1/pipelines/${name}`)
  return well
}

const asked = process.argv.slice(2).filter((word) => word !== "--")
const names = asked.length === 0 ? useCases : asked
const well = await running(async (them) => {
  let all = true
  for (const name of names) all = await run(readUseCase(name, them.partners, secrets), them) && all
  return all
})
say(well ? "\nAll as expected." : "\nNot as expected.")
process.exitCode = well ? 0 : 1
