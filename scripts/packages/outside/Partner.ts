/** A warehouse on this machine that takes every order, and what is expected of a sale. */
import assert from "node:assert/strict"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"

/** Starts the warehouse; gives its address, and stops with the process. */
export const warehouse = (): Promise<string> =>
  new Promise((resolve) => {
    const server = createServer((request, response) => {
      request.resume().once("end", () => response.writeHead(201, { "content-type": "application/json" }).end("{}"))
    })
    server.listen(0, "127.0.0.1", () => {
      server.unref()
      resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    })
  })

/** Sells a book over HTTP, and expects it shipped. */
export const expectSale = async (url: string): Promise<void> => {
  const response = await fetch(`${url}/books/978-0-262-51087-5`, { method: "POST" })
  assert.deepEqual(await response.json(), { state: "completed", status: "Shipped", answered: [201] })
}
