/** Prints what a start of the server says about settings that it refuses: `refusals NAME=value…`, one start an argument. */
import { Result } from "effect"
import process from "node:process"
import * as ServerConfig from "../../apps/server/src/config/ServerConfig.ts"

for (const line of process.argv.slice(2)) {
  const env = Object.fromEntries(line.split(" ").map((one) => [one.replace(/=.*$/, ""), one.replace(/^[^=]*=/, "")]))
  const decoded = ServerConfig.decode(env)
  process.stdout.write(`sluice: ${Result.isFailure(decoded) ? decoded.failure.join("; ") : "is taken"}\n`)
}
