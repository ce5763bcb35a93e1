/** The packages that are published, and their tarballs. */
import { spawn } from "node:child_process"
import { existsSync, globSync, mkdirSync, readFileSync, rmSync } from "node:fs"
import { dirname, join, resolve } from "node:path"
import process from "node:process"

export interface Manifest {
  readonly name: string
  readonly version: string
  readonly private?: boolean
  readonly dependencies?: Readonly<Record<string, string>>
}

export interface Published extends Manifest {
  /** The folder of its sources. */
  readonly folder: string
}

/** Every package that is not private, by its folder. */
export const published: ReadonlyArray<Published> = globSync(["packages/*/package.json", "apps/*/package.json"])
  .toSorted().flatMap((path) => {
    const manifest = JSON.parse(readFileSync(path, "utf8")) as Manifest
    return manifest.private === true ? [] : [{ ...manifest, folder: dirname(path) }]
  })

/** Runs a command to its end. Rejects with its output where it does not end with 0. */
export const ran = (
  command: string,
  args: ReadonlyArray<string>,
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {}
): Promise<string> =>
  new Promise((settle, reject) => {
    const child = spawn(command, args, { ...options, stdio: ["ignore", "pipe", "pipe"] })
    let text = ""
    const keep = (chunk: Buffer) => {
      text += chunk.toString()
    }
    child.stdout.on("data", keep)
    child.stderr.on("data", keep)
    child.once("error", reject)
    child.once("close", (code) =>
      code === 0 ? settle(text) : reject(new Error(`${command} ${args.join(" ")} ended with ${code}\n${text}`)))
  })

/** Removes compiled files whose source is gone: the compiler leaves them behind. */
const tidy = (folder: string): void => {
  for (const file of globSync("dist/**/*.{js,ts,map}", { cwd: folder })) {
    const source = file.replace(/^dist/, "src").replace(/(\.d)?\.[jt]s(\.map)?$/, ".ts")
    if (!existsSync(join(folder, source))) rmSync(join(folder, file))
  }
}

/** The file that packing gives a package. */
const fileOf = ({ name, version }: Published): string => `${name.slice(1).replace("/", "-")}-${version}.tgz`

/** Packs every published package into `destination`, as a release does; gives the tarballs by package name. */
export const packAll = async (destination: string): Promise<ReadonlyMap<string, string>> => {
  mkdirSync(destination, { recursive: true })
  for (const { folder } of published) tidy(folder)
  const chosen = published.flatMap(({ name }) => ["--filter", name])
  await ran("npx", ["-y", "pnpm@12", "--recursive", ...chosen, "pack", "--pack-destination", resolve(destination)])
  return tarballsIn(destination)
}

/** The tarballs in a folder that `packAll` filled, by package name. */
export const tarballsIn = (folder: string): ReadonlyMap<string, string> => {
  const tarballs = published.map((one) => [one.name, resolve(folder, fileOf(one))] as const)
  const missing = tarballs.filter(([, file]) => !existsSync(file))
  if (missing.length > 0) throw new Error(`${folder} has no tarball of ${missing.map(([name]) => name).join(", ")}`)
  return new Map(tarballs)
}

/** The tarballs in the folder that the command line names; without one they are packed into `destination`. */
export const givenOrPacked = (destination: string): Promise<ReadonlyMap<string, string>> => {
  const [given] = process.argv.slice(2).filter((argument) => !argument.startsWith("--"))
  return given === undefined ? packAll(destination) : Promise.resolve(tarballsIn(given))
}
