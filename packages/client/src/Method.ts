/** The type of a call: path, parameters, body and answer, as the generated description has them. */
import type { MaybeOptionalInit } from "openapi-fetch"
import type {
  HttpMethod,
  MediaType,
  PathsWithMethod,
  RequiredKeysOf,
  ResponseObjectMap,
  SuccessResponse
} from "openapi-typescript-helpers"
import type { paths } from "./OpenApi.ts"

/** The answer type of a successful operation: the union over its 2xx answers. */
type Answer<Operation> = Operation extends Record<string | number, unknown>
  ? SuccessResponse<ResponseObjectMap<Operation>, MediaType>
  : never

type Arguments<Init> = RequiredKeysOf<Init> extends never ? [init?: Init] : [init: Init]

/** One HTTP method: the path as the API describes it, then `params`, `body`, `headers` and `signal`. */
export type Method<M extends HttpMethod> = <Path extends PathsWithMethod<paths, M>>(
  path: Path,
  ...init: Arguments<MaybeOptionalInit<paths[Path], M>>
) => Promise<Answer<paths[Path][M & keyof paths[Path]]>>
