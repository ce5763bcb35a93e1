/** Packs every published package into the folder that is named: `pnpm packages:pack <folder>`. Needs `dist`. */
import process from "node:process"
import { packAll } from "./Packages.ts"

await packAll(process.argv[2] ?? "tarballs")
