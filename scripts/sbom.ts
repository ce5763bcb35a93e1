/** Writes the bill of materials of the production build, in CycloneDX: everything that is installed or bundled with it. */
import { mkdirSync } from "node:fs"
import { pnpm } from "./security/Pnpm.ts"

const file = "apps/server/dist/sbom.cdx.json"
mkdirSync("apps/server/dist", { recursive: true })
const { code, errors } = pnpm(
  "sbom",
  "--prod",
  "--sbom-format",
  "cyclonedx",
  "--sbom-spec-version",
  "1.6",
  "--sbom-type",
  "application",
  "--out",
  file
)
if (code === 0) process.stdout.write(`${file}\n`)
else {
  process.stderr.write(`the bill of materials could not be made: ${errors}\n`)
  process.exitCode = 1
}
