/** The packages that are published, and their tarballs. */
import { spawn } from "node:child_process"
import { existsSync, globSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { dirname, join, resolve } from "node:path"

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

const packOne = async ({ folder, name }: Published, destination: string): Promise<readonly [string, string]> => {
  const into = join(destination, name.replaceAll(/[@/]/g, ""))
  mkdirSync(into, { recursive: true })
  tidy(folder)
  await ran("npx", ["-y", "pnpm@12", "pack", "--pack-destination", into], { cwd: folder })
  const [tarball] = readdirSync(into)
  if (tarball === undefined) throw new Error(`${name} was not packed`)
  return [name, resolve(into, tarball)]
}

/** Packs every published package into `destination`, as a release does; gives the tarballs by package name. */
export const packAll = async (destination: string): Promise<ReadonlyMap<string, string>> => {
  const tarballs: Array<readonly [string, string]> = []
  const waiting = [...published]
  const lane = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      tarballs.push(await packOne(next, destination))
    }
  }
  await Promise.all([lane(), lane()])
  return new Map(tarballs)
}
