/** Partners of a test: the answers of each, by the beginning of its address. */
import { type OutboundResponse, OutboundUnreachable } from "@sluice/http-client/Outbound"
import type { OutboundScript } from "@sluice/http-client/testing/OutboundMemory"

/**
 * Scripts of partners by the beginning of the address, such as `https://warehouse.example`; of several that fit, the
 * longest counts.
 */
export type ScriptedPartners = OutboundScript | Readonly<Record<string, OutboundResponse | OutboundScript>>

/** One script for all partners. A request to an address that none of them has is `Unreachable`. */
export const scriptOf = (partners: ScriptedPartners): OutboundScript => {
  if (typeof partners === "function") return partners
  const byLength = Object.entries(partners).toSorted(([a], [b]) => b.length - a.length)
  const asked = new Map<string, number>()
  return (request) => {
    const [address, answer] = byLength.find(([address]) => request.url.startsWith(address)) ?? []
    if (address === undefined || answer === undefined) {
      return new OutboundUnreachable({
        code: "dns",
        message: `no partner of this test has an address like ${request.url}`,
        sent: false
      })
    }
    const index = asked.get(address) ?? 0
    asked.set(address, index + 1)
    return typeof answer === "function" ? answer(request, index) : answer
  }
}
