/** Suggestions for after the demo. */
import type { Style } from "@sluice/terminal/Style"
import { orderId } from "../scenario/Scenario.ts"
import { scenarios } from "../scenario/Scenarios.ts"

const firstOrder = scenarios[0] === undefined ? "" : orderId(scenarios[0])

/** The text of a demo that keeps running: addresses, and commands to paste. */
export const whileItRuns = (
  options: { readonly baseUrl: string; readonly partnerLog: string; readonly settingsFile: string },
  { paint }: Style
): ReadonlyArray<string> => {
  const row = (what: string, where: string) => `  ${what.padEnd(16)} ${paint("cyan", where)}`
  const { baseUrl, partnerLog } = options
  return [
    paint("bold", "It is all still running. Where to look next:"),
    row("console", `${baseUrl}/`),
    row("API reference", `${baseUrl}/docs`),
    row("settings file", options.settingsFile),
    row("partners' log", `${partnerLog}/log`),
    "",
    "  What happened to one order, what failed, and an order of your own:",
    paint("cyan", `    curl -s ${baseUrl}/v1/orders/${firstOrder}/history`),
    paint("cyan", `    curl -s '${baseUrl}/v1/process-events?errorsOnly=true'`),
    paint("cyan", `    curl -s ${baseUrl}/v1/orders -H 'content-type: application/json' -H 'prefer: wait=10' \\`),
    paint("cyan", `      -d '{ "orderType": "NEW_ORDER", "orderOrigin": "enrichment" }'`),
    "",
    `  What it rests on: ${paint("cyan", "npx -y pnpm@12 test")}, on a PostgreSQL of its own.`,
    "",
    "  Ctrl-C stops the server and the partners and removes what they stored."
  ]
}

/** The closing text of a demo that has ended. */
export const afterwards = ({ paint }: Style): ReadonlyArray<string> => [
  paint("bold", "Where to look next:"),
  `  ${
    paint("cyan", "npx -y pnpm@12 demo")
  } leaves the server running: its console, and everything to be asked by hand`,
  `  ${paint("cyan", "npx -y pnpm@12 test")} runs the tests, on a PostgreSQL of its own`,
  `  ${paint("cyan", "apps/demo/settings/seeds.json")} is the settings file; only its hosts were replaced`,
  `  ${paint("cyan", "apps/partners/src/partner")} is how the partners behave`
]
