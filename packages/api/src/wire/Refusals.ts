/**
 * What holds for every request: unknown query members are refused, what does not decode is refused by name, and
 * whatever goes wrong is answered with a problem. Contract: section 7.
 */
import { HttpApiMiddleware } from "effect/http-api"
import { everywhere } from "./Problems.ts"

export class Refusals extends HttpApiMiddleware.Service<Refusals>()("@sluice/api/Refusals", {
  error: everywhere
}) {}
