/** Strings that an attacker would put into orders and settings, and a partner that answers with them. */
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"

/** The function that every hostile script calls: a call of it means that a script ran. */
export const canary = "hostileRan"

const marks = [
  `<script>${canary}("script")</script>`,
  `"><img src=x onerror="${canary}('image')">`,
  `</title><svg onload=${canary}("svg")>`,
  `javascript:${canary}("address")`,
  `' onmouseover='${canary}("attribute")`,
  `{{constructor.constructor('${canary}("template")')()}}`,
  "\u202e\u2066gpj.exe\u202c\u0301\u0301\u0301",
  "W".repeat(120)
]

/** All in one. */
export const hostile = marks.join(" ")

/** For names and ids, which have at most 128 characters. Each is the name of something of its own. */
export const names: ReadonlyArray<string> = [...marks.map((mark) => mark.slice(0, 100)), "__proto__", "constructor"]

const text = JSON.stringify(hostile)

/** A document as JSON text: an object literal cannot have a member `__proto__` of its own. */
export const documentText =
  `{"__proto__":{"polluted":${text}},"constructor":{"prototype":{"polluted":${text}}},"nul":"a\\u0000b","lone":"\\ud800",${text}:${text}}`

const answers: Readonly<Record<string, string>> = {
  "/answer": documentText,
  "/cancel": `{"OrderActionExecutionResults":[{"CancelWorkflow":true,"ErrorReason":${text}}]}`,
  "/markup": `<html><body>${hostile}</body></html>`
}

/** Answers with the hostile strings, as JSON or as a page. */
export const startHostilePartner = async () => {
  const server = createServer((request, response) => {
    request.resume()
    const path = request.url ?? ""
    const type = path === "/markup" ? "text/html" : "application/json"
    response.writeHead(200, { "content-type": type, "x-hostile": `<img src=x onerror="${canary}('header')">` })
    response.end(answers[path] ?? "{}")
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.close()
      server.closeAllConnections()
    }
  }
}
