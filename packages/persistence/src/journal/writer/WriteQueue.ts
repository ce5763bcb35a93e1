/** The queue of the writer: bounded where a write can be refused, taken in portions that fit a flush. */
import { customersOf, orderOf, type PendingWrite } from "./PendingWrite.ts"

export const maxMembers = 256
export const maxBytes = 1024 * 1024

export interface WriteQueue {
  readonly add: (member: PendingWrite) => void
  /** Puts writes back to the front, in their order, because their flush stored nothing. */
  readonly putBack: (members: ReadonlyArray<PendingWrite>) => void
  /**
   * Takes at most `maxMembers` writes and `maxBytes` (a larger write alone), at most one per order and customer; the
   * others keep their place.
   */
  readonly take: () => ReadonlyArray<PendingWrite>
  /** Removes and returns the writes that fulfil the condition. */
  readonly extract: (condition: (member: PendingWrite) => boolean) => ReadonlyArray<PendingWrite>
  readonly count: () => number
  readonly bytes: () => number
}

export const make = (): WriteQueue => {
  let members: Array<PendingWrite> = []
  let bytes = 0

  const extract = (condition: (member: PendingWrite) => boolean): ReadonlyArray<PendingWrite> => {
    if (members.length === 0) return []
    const taken: Array<PendingWrite> = []
    const left: Array<PendingWrite> = []
    for (const member of members) {
      if (condition(member)) {
        taken.push(member)
        bytes -= member.bytes
      } else left.push(member)
    }
    members = left
    return taken
  }

  return {
    add: (member) => {
      members.push(member)
      bytes += member.bytes
    },
    putBack: (returned) => {
      members = [...returned, ...members]
      for (const member of returned) bytes += member.bytes
    },
    take: () => {
      const orders = new Set<string>()
      const customers = new Set<string>()
      let size = 0
      return extract((member) => {
        if (orders.size === maxMembers || (orders.size > 0 && size + member.bytes > maxBytes)) return false
        const order = orderOf(member)
        if (orders.has(order) || customersOf(member).some((customer) => customers.has(customer))) return false
        orders.add(order)
        for (const customer of customersOf(member)) customers.add(customer)
        size += member.bytes
        return true
      })
    },
    extract,
    count: () => members.length,
    bytes: () => bytes
  }
}
