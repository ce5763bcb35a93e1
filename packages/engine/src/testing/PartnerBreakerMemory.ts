/** The partners' circuit breakers in memory, over the store of `JournalMemory`, by the same rules as on PostgreSQL. */
import { Clock, Effect, Layer } from "effect"
import {
  answersEveryMs,
  batchAfter,
  holdRank,
  openForMs,
  PartnerBreaker,
  type PartnerStatus
} from "../partners/PartnerBreaker.ts"
import { JournalStore, type MemoryPartner } from "./JournalStore.ts"

type Store = JournalStore["Service"]

/** The time that released runs have before the next ones are released. */
const patienceMs = 10_000

const known = (store: Store, host: string, now: number): MemoryPartner => {
  const partner = store.partners.get(host) ??
    { state: "closed", since: now, failures: 0, openings: 0, batch: 1, answers: 0, answeredAt: 0, retryAt: undefined }
  store.partners.set(host, partner)
  return partner
}

const heldFor = (store: Store, host: string) => [...store.runs.values()].filter((run) => run.heldFor === host)

/** Puts a run on hold, and makes sure that it will be released. */
export const onHold = (store: Store, host: string, now: number): void => {
  const partner = known(store, host, now)
  partner.retryAt ??= now + 1000
}

/** Makes due the runs whose partner is to be tried or has recovered. */
export const releaseDue = (store: Store, now: number): void => {
  for (const [host, partner] of store.partners) {
    if (partner.retryAt === undefined || partner.retryAt > now) continue
    const held = heldFor(store, host).toSorted((a, b) => {
      const ranks = holdRank(a.wait?.attempt ?? 0) - holdRank(b.wait?.attempt ?? 0)
      return ranks !== 0 ? ranks : a.runId < b.runId ? -1 : 1
    })
    if (partner.state === "open") partner.state = "half-open"
    partner.retryAt = held.length === 0 ? undefined : now + patienceMs
    for (const run of held.slice(0, partner.batch)) {
      run.heldFor = undefined
      run.dueAt = now
    }
  }
}

const statusOf = (store: Store, host: string, { state, since, failures }: MemoryPartner): PartnerStatus => ({
  host,
  state,
  since,
  failures,
  waiting: heldFor(store, host).length
})

export const layer: Layer.Layer<PartnerBreaker, never, JournalStore> = Layer.effect(
  PartnerBreaker,
  Effect.gen(function*() {
    const store = yield* JournalStore
    const clock = yield* Clock.Clock

    const closed = (partner: MemoryPartner, batch: number, retryAt: number) => {
      const now = clock.currentTimeMillisUnsafe()
      if (partner.state !== "closed") partner.since = now
      Object.assign(partner, { state: "closed", failures: 0, openings: 0, batch, retryAt })
      Effect.runSync(store.changed.release)
    }

    return PartnerBreaker.of({
      condition: (host) => {
        const partner = store.partners.get(host)
        if (partner === undefined) return "up"
        return partner.state !== "closed" ? "down" : partner.retryAt === undefined ? "up" : "recovering"
      },
      failed: (host, failures) => {
        const now = clock.currentTimeMillisUnsafe()
        const partner = known(store, host, now)
        if (partner.state === "open") return
        if (partner.state === "closed") partner.since = now
        partner.state = "open"
        partner.failures += failures
        partner.openings++
        partner.batch = 1
        partner.retryAt = now + openForMs(partner.openings)
      },
      answered: (host) => {
        const partner = store.partners.get(host)
        const now = clock.currentTimeMillisUnsafe()
        if (partner === undefined) return
        // Answers in between fall together.
        const pending = partner.state === "closed" && partner.retryAt === partner.answeredAt
        partner.answers = pending ? partner.answers + 1 : 1
        partner.answeredAt = pending ? partner.answeredAt : Math.max(now, partner.answeredAt + answersEveryMs)
        closed(partner, batchAfter(partner.answers), partner.answeredAt)
      },
      list: Effect.sync(() => [...store.partners].map(([host, partner]) => statusOf(store, host, partner))),
      reset: (host) =>
        Effect.sync(() => {
          const partner = store.partners.get(host)
          if (partner === undefined) return undefined
          closed(partner, 1, clock.currentTimeMillisUnsafe())
          return statusOf(store, host, partner)
        })
    })
  })
)
