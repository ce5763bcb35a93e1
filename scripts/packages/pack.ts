/** Packs every published package into the folder that is named: `pnpm packages:pack <folder>`. Needs `dist`. */
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { basename, join, resolve } from "node:path"
import process from "node:process"
import { packAll } from "./Packages.ts"

const target = resolve(process.argv[2] ?? "tarballs")
const aside = mkdtempSync(join(tmpdir(), "sluice-pack-"))
try {
  mkdirSync(target, { recursive: true })
  for (const tarball of (await packAll(aside)).values()) copyFileSync(tarball, join(target, basename(tarball)))
} finally {
  rmSync(aside, { recursive: true, force: true })
}
