/**
 * Preloaded into a server that is measured without address guard, redaction, roles and audit: puts the modules of this
 * folder in the place of the server's own. No setting of the server does that.
 */
import { registerHooks } from "node:module"

const root = new URL("../../../", import.meta.url).href

/** By the server's own module, the one that takes its place. */
const replacements = new Map([
  ["packages/http-client/src/AddressGuard.ts", "AddressGuard.ts"],
  ["packages/domain/src/redaction/Redaction.ts", "Redaction.ts"],
  ["apps/server/src/access/Authentication.ts", "Authentication.ts"],
  ["apps/server/src/access/AccessControl.ts", "AccessControl.ts"]
].map(([original, bare]) => [`${root}${original}`, new URL(`./${bare}`, import.meta.url).href]))

registerHooks({
  resolve: (specifier, context, next) => {
    const resolved = next(specifier, context)
    const bare = replacements.get(resolved.url)
    return bare === undefined || context.parentURL === bare ? resolved : { ...resolved, url: bare }
  }
})
