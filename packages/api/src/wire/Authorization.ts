/** Who may call: `Authorization: Bearer <key>` with one of `SLUICE_API_KEYS`, where any are set. Contract: section 2. */
import { HttpApiMiddleware, HttpApiSecurity } from "effect/http-api"
import { Forbidden, TooManyWrongKeys, Unauthorized } from "./Problems.ts"

export class Authorization extends HttpApiMiddleware.Service<Authorization>()("@sluice/api/Authorization", {
  security: { bearer: HttpApiSecurity.bearer },
  error: [Unauthorized, Forbidden, TooManyWrongKeys],
  requiredForClient: true
}) {}
