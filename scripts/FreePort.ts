/** Ports for programs that a check starts later, and that cannot choose one for themselves. */
import { randomInt } from "node:crypto"
import { createServer } from "node:net"

/** Below the ports that the system gives to connections (from 32768 on Linux): no connection takes one meanwhile. */
const range = [10_000, 30_000] as const

const isFree = (port: number): Promise<boolean> =>
  new Promise((settle) => {
    const server = createServer()
    server.once("error", () => settle(false))
    server.listen(port, "127.0.0.1", () => server.close(() => settle(true)))
  })

/** A TCP port of 127.0.0.1, 10,000 to 29,999, on which nothing listens. */
export const freePort = async (): Promise<number> => {
  for (;;) {
    const port = randomInt(...range)
    if (await isFree(port)) return port
  }
}
