/**
 * Preloaded into a server that is measured without address guard, redaction, roles and audit, or without those that
 * `BENCH_WITHOUT` names: puts the modules of this folder in the place of the server's own. No setting of the server does
 * that.
 */
import { registerHooks } from "node:module"

const root = new URL("../../../", import.meta.url).href

const parts: Readonly<Record<string, ReadonlyArray<string>>> = {
  guard: ["packages/http-client/src/AddressGuard.ts"],
  redaction: ["packages/domain/src/redaction/Redaction.ts"],
  roles: ["apps/server/src/access/Authentication.ts", "apps/server/src/access/AccessControl.ts"]
}

/** By the server's own module, the one that takes its place. */
const replacements = new Map(
  (process.env["BENCH_WITHOUT"] ?? Object.keys(parts).join(",")).split(",")
    .flatMap((part) => parts[part] ?? [])
    .map((original) => [`${root}${original}`, new URL(original.replace(/.*\//, "./"), import.meta.url).href])
)

registerHooks({
  resolve: (specifier, context, next) => {
    const resolved = next(specifier, context)
    const bare = replacements.get(resolved.url)
    return bare === undefined || context.parentURL === bare ? resolved : { ...resolved, url: bare }
  }
})
