import { assert, describe, it } from "@effect/vitest"
import { Redacted, Result } from "effect"
import { formatHost, parse } from "../../../src/sql/hosts/DatabaseUrl.ts"

/** The parts of a URL that are read: hosts, target, database, and the URL for one host. */
const read = (text: string) => {
  const parsed = Result.getOrThrow(parse(text))
  return [parsed.hosts.map(formatHost).join(","), parsed.target, parsed.database, Redacted.value(parsed.url)]
}

const cases: ReadonlyArray<readonly [string, ReadonlyArray<string>]> = [
  ["postgres://u:p@db/s", ["db:5432", "any", "s", "postgres://u:p@db:5432/s"]],
  ["postgresql://db:5433", ["db:5433", "any", "", "postgresql://db:5433"]],
  ["postgres://u:p%40@[::1]:6000/s", ["[::1]:6000", "any", "s", "postgres://u:p%40@[::1]:6000/s"]],
  ["postgres://u:p@h1:5432,h2/s", ["h1:5432,h2:5432", "read-write", "s", "postgres://u:p@h1:5432/s"]],
  ["postgres://h1,[::2]:2,h3:3/s?sslmode=require&target_session_attrs=any", [
    "h1:5432,[::2]:2,h3:3",
    "any",
    "s",
    "postgres://h1:5432/s?sslmode=require"
  ]],
  ["postgres://db/s?target_session_attrs=read-write", ["db:5432", "read-write", "s", "postgres://db:5432/s"]],
  ["postgres://u@/s?host=a,b&port=1,2", ["a:1,b:2", "read-write", "s", "postgres://u@a:1/s"]],
  ["postgres:///s?host=a,b&port=7", ["a:7,b:7", "read-write", "s", "postgres://a:7/s"]],
  ["postgres://u@localhost/s?host=/run/pg", [
    "/run/pg",
    "any",
    "s",
    "postgres://u@localhost/s?host=%2Frun%2Fpg&port=5432"
  ]],
  ["postgres://u@%2Frun%2Fpg:5433/s", [
    "/run/pg:5433",
    "any",
    "s",
    "postgres://u@localhost/s?host=%2Frun%2Fpg&port=5433"
  ]]
]

const faults: ReadonlyArray<readonly [string, RegExp]> = [
  ["mysql://u:s3cret@db/s", /^is not a PostgreSQL URL: write postgres:/],
  ["u:s3cret@db", /^is not a PostgreSQL URL/],
  ["postgres://u:s3cret@h1:x,h2/s", /^is not a PostgreSQL URL/],
  ["postgres://u:s3cret@h1:70000/s", /names a port that is none: write a number from 1 to 65535/],
  ["postgres://u:s3cret@/s?host=a,b,c&port=1,2", /names other ports than hosts: write one port, or one for each host/],
  [
    "postgres://u:s3cret@h1,h2/s?target_session_attrs=primary",
    /target_session_attrs "primary": write read-write or any/
  ]
]

describe("DatabaseUrl", () => {
  it.each(cases)("%s is read as libpq reads it", (text, expected) => {
    assert.deepStrictEqual(read(text), expected)
  })

  it.each(faults)("%s is refused with the remedy and without the password", (text, expected) => {
    const fault = Result.getOrThrow(Result.flip(parse(text)))
    assert.match(fault, expected)
    assert.notMatch(fault, /s3cret/)
  })
})
