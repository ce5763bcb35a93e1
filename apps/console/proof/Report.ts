/**
 * Says what was checked, and fails the run where something did not hold. What depends on how fast the machine is, is
 * measured and said; it fails the run with `STRICT_TIMES=1` alone.
 */

/** Longer than anything takes on a slow machine, in milliseconds: reached only by what never comes. */
export const patienceMs = 90_000

const strict = process.env["STRICT_TIMES"] === "1"

let failures = 0

export const check = async (name: string, run: () => Promise<string | void>): Promise<void> => {
  try {
    const said = await run()
    process.stdout.write(`ok    ${name}${said === undefined ? "" : `: ${said}`}\n`)
  } catch (error) {
    failures += 1
    process.stdout.write(
      `FAIL  ${name}: ${
        error instanceof Error ? error.message.split("\n").slice(0, 12).join("\n      ") : String(error)
      }\n`
    )
  }
}

export interface Figure {
  /** In the words of the line that is printed: `740 ms to the overview's numbers`. */
  readonly said: string
  readonly met: boolean
}

/** A figure and what it aims at. That it can be taken is asserted; what it is, only with `STRICT_TIMES=1`. */
export const measure = (name: string, aim: string, run: () => Promise<Figure>): Promise<void> =>
  check(name, async () => {
    const { met, said } = await run()
    if (met) return `${said} (aim: ${aim})`
    if (strict) throw new Error(`${said}, where the aim is ${aim}`)
    return `${said}. MISSED ITS AIM, ${aim}: measure again on a quiet machine, with STRICT_TIMES=1`
  })

export const expect = (holds: boolean, what: string): void => {
  if (!holds) throw new Error(what)
}

/** Waits for what cannot be seen on the page. */
export const until = async (what: string, holds: () => boolean | Promise<boolean>): Promise<void> => {
  const begun = performance.now()
  while (!await holds()) {
    expect(performance.now() - begun < patienceMs, `waited ${patienceMs / 1000} s in vain: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

export const exitCode = (): number => failures === 0 ? 0 : 1
