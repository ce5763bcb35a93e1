/** Whether `dist` was made from the sources as they are: by their content, so that neither a copy nor a pull misleads. */
import { createHash } from "node:crypto"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"

const here = import.meta.dirname

/** The file in `dist` that holds the hash of what it was built from. */
export const stampFile = ".built"

/** The file in `dist` that lists the packages of which the build holds code, as `name@version`, one a line. */
export const bundledFile = ".bundled"

/** What the build reads. The API's packages give types alone, and nothing of them is in the build. */
const sources = ["src", "public", "index.html", "package.json", "vite.config.ts", "build.ts"]

const filesOf = (path: string): ReadonlyArray<string> =>
  path.includes(".")
    ? [path]
    : readdirSync(join(here, path), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(here.length + 1))

/** The hash of everything that the build reads. */
export const sourceHash = (): string => {
  const hash = createHash("sha256")
  for (const file of sources.flatMap(filesOf).toSorted()) {
    hash.update(file).update("\0").update(readFileSync(join(here, file))).update("\0")
  }
  return hash.digest("hex")
}

export const isFresh = (): boolean => {
  try {
    return readFileSync(join(here, "dist", stampFile), "utf8").trim() === sourceHash()
  } catch {
    return false
  }
}
