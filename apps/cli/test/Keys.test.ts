import { assert, layer } from "@effect/vitest"
import { SecretBox } from "@sluice/persistence/secrets/SecretBox"
import { DatabaseTest } from "@sluice/persistence/testing/DatabaseTest"
import { Effect, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import { type ChildProcess, spawn } from "node:child_process"
import { createCipheriv, randomBytes } from "node:crypto"
import process from "node:process"
import { fileURLToPath } from "node:url"

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url))
const [old, fresh] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)]

interface Ended {
  readonly code: number | null
  readonly output: string
}

const start = Effect.fnUntraced(
  function*(environment: Readonly<Record<string, string>>, ...words: ReadonlyArray<string>) {
    const { url } = yield* DatabaseTest
    const child: ChildProcess = spawn(process.execPath, [
      "--conditions=@sluice/source",
      main,
      "keys",
      "rotate",
      ...words
    ], {
      env: {
        PATH: process.env["PATH"],
        NODE_COMPILE_CACHE: process.env["NODE_COMPILE_CACHE"],
        DATABASE_URL: Redacted.value(url),
        ...environment
      },
      stdio: ["ignore", "pipe", "pipe"]
    })
    let output = ""
    for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk) => void (output += String(chunk)))
    const ended = new Promise<Ended>((resolve) => child.once("close", (code) => resolve({ code, output })))
    return { child, ended: Effect.promise(() => ended) }
  }
)

const rotating = (...keys: ReadonlyArray<Buffer>) =>
  start({ SLUICE_ENCRYPTION_KEY: keys.map((key) => key.toString("base64")).join(",") })

/** A secret as the release before this one sealed it: the same text is good for every version of a pipeline. */
const sealedBefore = (text: string): string => {
  const nonce = randomBytes(12)
  const cipher = createCipheriv("aes-256-gcm", old, nonce)
  cipher.setAAD(Buffer.from(JSON.stringify(["sealed:1:", "pipeline", "p", "/steps/0/options/headers/X-Key"])))
  const bytes = Buffer.concat([nonce, cipher.update(text), cipher.final(), cipher.getAuthTag()])
  return `sealed:1:${bytes.toString("base64")}`
}

const versions = 5000

const seals = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const [row] = yield* sql<{ readonly before: number; readonly after: number }>`SELECT
    count(*) FILTER (WHERE document LIKE '%sealed:1:%')::int AS before,
    count(*) FILTER (WHERE document LIKE '%sealed:2:%')::int AS after FROM pipeline_versions`
  return row ?? { before: 0, after: 0 }
})

layer(DatabaseTest.layer, { excludeTestServices: true })("sluice keys rotate", (it) => {
  it.effect("a rotation that is killed resumes where it stopped, and afterwards the new key alone decrypts everything", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      const document = JSON.stringify({
        name: "p",
        steps: [{
          name: "calloutPlugin",
          id: "a",
          options: { endpoint: "https://a.example", headers: { "X-Key": sealedBefore("s3cret-s3cret") } }
        }]
      })
      yield* sql`INSERT INTO pipeline_versions (id, version, document)
        SELECT 'p', n, ${document} FROM generate_series(1, ${versions}) AS n`

      const first = yield* rotating(fresh, old)
      yield* Effect.repeat(seals, { until: ({ after }) => after > 0 })
      first.child.kill("SIGKILL")
      assert.strictEqual((yield* first.ended).code, null)
      const middle = yield* seals
      assert.isAbove(middle.before, 0, "it was killed in the middle")
      assert.strictEqual(middle.before + middle.after, versions)

      const { code, output } = yield* (yield* rotating(fresh, old)).ended
      assert.strictEqual(code, 0, output)
      assert.include(output, `${middle.before} secrets were sealed again`)
      assert.match(output, new RegExp(`pipeline_versions: ${versions} of ${versions} rows`))
      assert.deepStrictEqual(yield* seals, { before: 0, after: versions })
      const rows = yield* sql<{ readonly version: number; readonly document: string }>`SELECT version, document
        FROM pipeline_versions ORDER BY version`
      const box = yield* Effect.provide(SecretBox, SecretBox.layer([Redacted.make(new Uint8Array(fresh))]))
      const place = { kind: "pipeline", id: "p", pointer: "/steps/0/options/headers/X-Key" }
      for (const { document, version } of rows.filter(({ version }) => version % 500 === 1 || version === versions)) {
        const stored = JSON.parse(document).steps[0].options.headers["X-Key"]
        assert.strictEqual(yield* box.open(stored, { ...place, version }), "s3cret-s3cret")
      }
    }))

  it.effect("names the values that no key decrypts, and the environment variable that is wrong", () =>
    Effect.gen(function*() {
      const lost = yield* (yield* rotating(Buffer.alloc(32, 3))).ended
      assert.strictEqual(lost.code, 1)
      assert.include(lost.output, "not opened by any key: pipeline p version 1: steps[0].options.headers.X-Key")
      const bad = yield* (yield* start({ SLUICE_ENCRYPTION_KEY: `${fresh.toString("base64")},short` })).ended
      assert.strictEqual(bad.code, 2)
      assert.match(bad.output, /SLUICE_ENCRYPTION_KEY entry 2 holds 3 bytes instead of 32/)
      const none = yield* (yield* start({ DATABASE_URL: "" })).ended
      assert.match(none.output, /DATABASE_URL is not set/)
      const nowhere = yield* (yield* start({
        DATABASE_URL: "postgres://nobody@127.0.0.1:1/none",
        SLUICE_ENCRYPTION_KEY: fresh.toString("base64")
      })).ended
      assert.strictEqual(nowhere.code, 4, nowhere.output)
      assert.match(nowhere.output, /run this again to go on/)
    }))
})
