/**
 * The rules of every request: unknown query members are refused, invalid input is refused by name, and every failure is
 * answered with a problem. Contract: section 7.
 */
import { HttpApiMiddleware } from "effect/http-api"
import { everywhere } from "./Problems.ts"

export class Refusals extends HttpApiMiddleware.Service<Refusals>()("@sluice/api/Refusals", {
  error: everywhere
}) {}
