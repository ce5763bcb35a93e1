/** Writes `src/OpenApi.ts`. `pnpm client:generate` runs it, and formats what it wrote. */
import { writeFileSync } from "node:fs"
import { describe } from "./Description.ts"

writeFileSync(new URL("../src/OpenApi.ts", import.meta.url), await describe())
