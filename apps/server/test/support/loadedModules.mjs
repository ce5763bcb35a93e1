/** Preloaded into a server (`NODE_OPTIONS=--import=…`): writes the URL of each module that it loads to standard error. */
import { registerHooks } from "node:module"
import process from "node:process"

registerHooks({
  load: (url, context, next) => {
    process.stderr.write(`loaded ${url}\n`)
    return next(url, context)
  }
})
