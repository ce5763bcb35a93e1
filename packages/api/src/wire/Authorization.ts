/**
 * Authenticates callers: `Authorization: Bearer <key>` with a key of `SLUICE_API_KEYS` or a managed key, where any are
 * set. Contract: section 2.
 */
import { HttpApiMiddleware, HttpApiSecurity } from "effect/http-api"
import { Forbidden, TooManyWrongKeys, Unauthorized } from "./Problems.ts"

export class Authorization extends HttpApiMiddleware.Service<Authorization>()("@sluice/api/Authorization", {
  security: { bearer: HttpApiSecurity.bearer },
  error: [Unauthorized, Forbidden, TooManyWrongKeys],
  requiredForClient: true
}) {}
