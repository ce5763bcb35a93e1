/**
 * Writes the table of `docs/packages.md`: the size of each tarball, packed and unpacked, and the number of packages that
 * npm installs with it. Needs `dist` (`pnpm build`).
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { basename, join } from "node:path"
import { givenOrPacked, published, ran } from "./Packages.ts"

const page = "docs/packages.md"

/** The packages that npm would install, from the lockfile that it makes; `more` are installed beside. */
const installed = async (
  folder: string,
  tarballs: ReadonlyMap<string, string>,
  name: string
): Promise<number> => {
  mkdirSync(folder)
  const overrides = Object.fromEntries([...tarballs].filter(([other]) => other !== name))
  writeFileSync(
    join(folder, "package.json"),
    JSON.stringify({ private: true, dependencies: { [name]: tarballs.get(name) }, overrides })
  )
  await ran("npm", ["install", "--package-lock-only", "--no-audit", "--no-fund", "--prefer-offline"], { cwd: folder })
  const { packages } = JSON.parse(readFileSync(join(folder, "package-lock.json"), "utf8")) as { packages: object }
  return Object.keys(packages).length - 1
}

const unpacked = async (tarball: string): Promise<number> =>
  (await ran("tar", ["-tvzf", tarball])).split("\n").reduce((sum, line) => sum + Number(line.split(/\s+/)[2] ?? 0), 0)

const kilobytes = (bytes: number): string => `${Math.round(bytes / 1000)} kB`

const destination = mkdtempSync(join(tmpdir(), "sluice-sizes-"))
try {
  const tarballs = await givenOrPacked(join(destination, "tarballs"))
  const rows: Array<string> = []
  for (const { folder, name } of published) {
    const tarball = tarballs.get(name) ?? ""
    const count = await installed(join(destination, basename(folder)), tarballs, name)
    rows.push(
      `| \`${name}\` | ${kilobytes(statSync(tarball).size)} | ${kilobytes(await unpacked(tarball))} | ${count} |`
    )
  }
  const table = ["| package | tarball | unpacked | packages installed |", "| --- | --- | --- | --- |", ...rows].join(
    "\n"
  )
  writeFileSync(
    page,
    readFileSync(page, "utf8").replace(/(?<=<!-- sizes -->\n)[\s\S]*(?=<!-- end -->)/, () => `\n${table}\n\n`)
  )
} finally {
  rmSync(destination, { recursive: true, force: true })
}
