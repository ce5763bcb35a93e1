/** `GET /` of a server without a console: links to its other pages, and how to get the console. */
import { HttpRouter, HttpServerResponse } from "effect/http"
import { policyOf } from "../../wire/PagePolicy.ts"

const links = [
  ["/docs", "API reference"],
  ["/openapi.json", "OpenAPI 3.1"],
  ["/v1/orders", "Orders"],
  ["/v1/process-events", "Process events"],
  ["/v1/pipelines", "Pipelines"],
  ["/v1/plugins", "Plugins"],
  ["/metrics", "Metrics"],
  ["/health/ready", "Health"]
] as const

const html = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sluice</title>
<style>
  :root { color-scheme: light dark; font: 16px/1.6 system-ui, sans-serif }
  body { max-width: 40rem; margin: 4rem auto; padding: 0 1rem }
  code, pre { font-family: ui-monospace, monospace; font-size: .9em }
  pre { padding: 1rem; overflow: auto; border: 1px solid color-mix(in srgb, currentColor 20%, transparent) }
</style>
<h1>Sluice</h1>
<p>Takes orders and runs each through a pipeline of plugins that call other companies' systems.</p>
<p>The console is not here: either this process is a worker (<code>SLUICE_ROLES</code>), and one with the role
<code>api</code> has it, or it was not built. Then run <code>npx -y pnpm@12 build:console</code> and start the server again.</p>
<ul>
${links.map(([href, text]) => `  <li><a href="${href}">${text}</a> <code>${href}</code>`).join("\n")}
</ul>
<p>Give it a pipeline, then an order:</p>
<pre>curl -X PUT localhost:8080/v1/pipelines/first -H 'content-type: application/json' \\
  -d '{ "steps": [] }'
curl localhost:8080/v1/orders -H 'content-type: application/json' -H 'prefer: wait=10' \\
  -d '{ "orderType": "NEW_ORDER" }'</pre>
</html>
`

const page = HttpServerResponse.setHeader(HttpServerResponse.html(html), "content-security-policy", policyOf(html))

export const layer = HttpRouter.add("GET", "/", page)
