/**
 * Checks that the key's roles allow the request, before the endpoint's own middlewares. Contract: section 2. The
 * problem itself is declared by `Authorization`, which only endpoints that need a key have.
 */
import { HttpApiMiddleware } from "effect/http-api"

export class AccessControl extends HttpApiMiddleware.Service<AccessControl>()("@sluice/api/AccessControl") {}
