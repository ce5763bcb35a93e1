/**
 * Checks the tarballs of the published packages with `publint` and `attw`, and that each has what a registry shows:
 * `pnpm packages:check [folder of tarballs]`. Without a folder it packs them, and needs `dist` (`pnpm build`).
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"
import { givenOrPacked, type Published, published, ran } from "./Packages.ts"

const wanted = ["README.md", "CHANGELOG.md", "LICENSE", "package.json"]

/** The faults of one tarball, in words. */
const faultsOf = async (folder: string, tarball: string): Promise<ReadonlyArray<string>> => {
  const listing = await ran("tar", ["-tzf", tarball])
  const files = listing.split("\n").map((line) => line.replace(/^package\//, "")).filter((file) => file !== "")
  const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Record<string, unknown>
  const asked = await Promise.allSettled([
    ran("publint", ["run", tarball, "--strict"]),
    // Effect has no CommonJS, and these packages have none either.
    "bin" in manifest && !("./Partners" in (manifest["exports"] as object))
      ? Promise.resolve("")
      : ran("attw", [tarball, "--profile", "esm-only", "--format", "ascii", "--no-emoji", "--quiet"])
  ])
  return [
    ...wanted.filter((file) => !files.includes(file)).map((file) => `there is no ${file}`),
    ...["description", "repository", "engines", "license", "keywords"].filter((member) => !(member in manifest))
      .map((member) => `package.json has no ${member}`),
    ...asked.flatMap((one) => one.status === "rejected" ? [String(one.reason)] : [])
  ]
}

const report = async ({ folder, name, version }: Published, tarball: string): Promise<void> => {
  const faults = await faultsOf(folder, tarball)
  process.stdout.write(`${name} ${version}: ${faults.length === 0 ? "good" : `\n  ${faults.join("\n  ")}`}\n`)
  if (faults.length > 0) process.exitCode = 1
}

const destination = mkdtempSync(join(tmpdir(), "sluice-packages-"))
try {
  const tarballs = await givenOrPacked(destination)
  const waiting = [...published]
  await Promise.all([1, 2].map(async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      await report(next, tarballs.get(next.name) ?? "")
    }
  }))
  if (new Set(published.map(({ version }) => version)).size > 1) {
    process.exitCode = 1
    process.stderr.write("the packages differ in version: they are released together\n")
  }
} finally {
  rmSync(destination, { recursive: true, force: true })
}
