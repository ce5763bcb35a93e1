/**
 * The reference in the form that Scalar needs to render `/docs`. Scalar's snippets contain every parameter that has a
 * schema, even without a value, as in `?cursor=&status=`, which is a different request. Therefore the schema of an
 * optional parameter without an example is placed in its `text/plain` content, which snippets ignore. `/openapi.json`,
 * for tools, has it in the usual place.
 */
import { Record } from "effect"
import { OpenApi } from "effect/http-api"
import { Api } from "../Api.ts"
import { withExamples } from "./ApiReference.ts"

const unasked = (parameter: OpenApi.OpenAPISpecParameter) => {
  if (parameter.required || "example" in parameter) return parameter
  const { schema, ...rest } = parameter
  return { ...rest, content: { "text/plain": { schema } } }
}

export const ApiPage = Api.annotateMerge(OpenApi.annotations({
  transform: (generated) => {
    const description = withExamples(generated)
    return {
      ...description,
      paths: Record.map(
        description["paths"] as OpenApi.OpenAPISpecPaths,
        (path) =>
          Record.map(path as Readonly<Record<string, OpenApi.OpenAPISpecOperation>>, (operation) => ({
            ...operation,
            parameters: operation.parameters.map(unasked)
          }))
      )
    }
  }
}))
