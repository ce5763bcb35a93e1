/** The reactions of the chaos partners: by the kind in the path, and by seeded chance. */
import type { Random } from "../Random.ts"
import type { Question, Reply } from "./PartnerServer.ts"

const answer = (status: number, body: unknown = {}, afterMs = 0): Reply => ({
  _tag: "Answer",
  status,
  body: JSON.stringify(body),
  ...(afterMs > 0 && { afterMs })
})

/** The second part of the path: what a patching partner adds to the order's tags. */
const tagOf = (path: string): string => path.split("/")[2] ?? ""

export const make = (random: Random) => ({ kind, number, path }: Question): Reply => {
  switch (kind) {
    case "patch":
      return random.chance(0.1)
        ? answer(503)
        : answer(200, { OrderPatch: { Tags: [tagOf(path)] } }, random.between(0, 60))
    case "flaky":
      return number <= random.between(0, 2)
        ? random.pick<Reply>([answer(503), answer(500), { _tag: "Reset" }])
        : answer(200)
    case "mixed":
      return random.chance(0.25)
        ? random.pick<Reply>([answer(503), answer(429), { _tag: "Reset" }, { _tag: "Cut" }])
        : answer(200, { ok: true }, random.between(0, 150))
    case "reject":
      return random.chance(0.7) ? answer(400, { error: "no" }) : answer(200)
    case "later":
      return random.chance(0.1) ? { _tag: "Reset" } : answer(202, {}, random.between(0, 800))
    case "slow":
      return answer(200, {}, random.between(300, 2500))
    case "undo":
      return random.chance(0.1) ? answer(500) : answer(200)
    case "hook":
    case "export":
      return number === 1 && random.chance(0.1) ? answer(500) : answer(200)
    case "nul":
      return { _tag: "Nul" }
    case "flood":
      return { _tag: "Flood" }
    case "drip":
      return { _tag: "Drip" }
    case "hang":
      return { _tag: "Hang" }
    default:
      return answer(200, { ok: true }, random.between(0, 40))
  }
}
