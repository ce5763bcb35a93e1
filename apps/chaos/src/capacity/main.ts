/** `pnpm capacity [--seed n]`: simulates days of 10^9 orders over many cells, and prints the table of `docs/capacity.md`. */
import process from "node:process"
import { table } from "./Table.ts"

const place = process.argv.indexOf("--seed")
process.stdout.write(table(place === -1 ? 1 : Number(process.argv[place + 1])))
