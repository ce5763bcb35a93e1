/** The server's own description of its API, as TypeScript: what `src/OpenApi.ts` is to hold. */
import { Api } from "@sluice/api/Api"
import { openApiWebhooks } from "@sluice/api/internal/webhooks/OpenApiWebhooks"
import { OpenApi } from "effect/http-api"
import openapiTypeScript, { astToString, type OpenAPI3 } from "openapi-typescript"

const head = `/**
 * The HTTP API, as TypeScript sees it. Generated from the server's OpenAPI 3.1 description by \`pnpm client:generate\`:
 * change \`packages/api\` and generate again. Contract: section 7.
 */
/* oxlint-disable max-lines */
`

/** The text of `src/OpenApi.ts` for the API as it is now, before formatting. */
export const describe = async (): Promise<string> => {
  // Both are OpenAPI 3.1; the two packages spell its optional members differently.
  const whole = { ...OpenApi.fromApi(Api), webhooks: openApiWebhooks }
  const description = JSON.parse(JSON.stringify(whole)) as OpenAPI3
  return head +
    astToString(await openapiTypeScript(description, { immutable: true, alphabetize: true, emptyObjectsUnknown: true }))
}
