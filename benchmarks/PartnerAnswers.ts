/** The partner's answers: 1 KB of JSON, of which no two in a row are alike, and which compresses as real text does. */
import { randomBytes } from "node:crypto"

const answers = Array.from({ length: 64 }, (_, n) =>
  Buffer.from(JSON.stringify({
    ok: true,
    reference: `ref-${randomBytes(6).toString("hex")}-${n}`,
    text: randomBytes(720).toString("base64").slice(0, 956)
  })))

let given = 0

/** The next answer, and its headers. */
export const nextAnswer = () => {
  const answer = answers[given++ % answers.length]!
  return { answer, head: { "content-type": "application/json", "content-length": answer.length } }
}
