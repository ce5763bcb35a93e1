/**
 * Tries seeded inputs on decoders: each is read or refused, in less than a second of processor time, and none throws. For
 * the tests of decoders that outsiders reach. 2,000 inputs each; `pnpm fuzz` tries 100,000 and reports counts.
 */
import { type Random, randomOf } from "./Mutations.ts"

/** Of Node, whose types this package does without. */
const { process } = globalThis as unknown as {
  readonly process: {
    readonly env: Readonly<Record<string, string | undefined>>
    readonly stdout: { readonly write: (text: string) => void }
    /** Microseconds. */
    readonly cpuUsage: (since?: object) => { readonly system: number; readonly user: number }
  }
}

const inputs = Number(process.env["SLUICE_FUZZ_INPUTS"] ?? 2000)

/** Processor milliseconds that one input may take. */
const most = 1000

/** A decoder with the generator of its inputs. */
export interface Target<Input> {
  readonly name: string
  readonly make: (random: Random) => Input
  /** False where the input is refused. */
  readonly read: (input: Input) => boolean | Promise<boolean>
}

/** Hides the type of a target's inputs, so that targets fit into one list. */
export const target = <Input>(target: Target<Input>): Target<unknown> => target as Target<unknown>

/** True if a decoder that answers `faults` has accepted. */
export const reads = (decoded: object): boolean => !("faults" in decoded)

const fuzzed = async ({ make, name, read }: Target<unknown>) => {
  const random = randomOf(name.length * 7919)
  let [accepted, slowest] = [0, 0]
  for (let i = 0; i < inputs; i++) {
    const input = make(random)
    // Processor time, so that a busy machine is no slow decoder.
    const begun = process.cpuUsage()
    try {
      const answer = read(input)
      if (typeof answer === "boolean" ? answer : await answer) accepted++
    } catch (error) {
      throw new Error(`input ${i} of ${name}: ${JSON.stringify(input)?.slice(0, 2000)}`, { cause: error })
    }
    const { system, user } = process.cpuUsage(begun)
    slowest = Math.max(slowest, (system + user) / 1000)
  }
  return { accepted, slowest }
}

/**
 * Tries all inputs on the target, and answers what is wrong, if anything: one took too long, or all were accepted or all
 * refused, which proves nothing. Rejects with the input at which the decoder throws.
 */
export const fuzz = async (target: Target<unknown>): Promise<string | undefined> => {
  const { accepted, slowest } = await fuzzed(target)
  const result = `${target.name}: ${inputs} inputs, ${accepted} read, ${inputs - accepted} refused, slowest ${
    slowest.toFixed(1)
  } ms`
  // Asked for by `pnpm fuzz` alone.
  if (process.env["SLUICE_FUZZ_INPUTS"] !== undefined) process.stdout.write(`${result}\n`)
  return slowest >= most || accepted === 0 || accepted === inputs ? result : undefined
}

/** Milliseconds after which a test over all inputs is given up. */
export const patience = 3_600_000
