/** Says what was checked, and fails the run where something did not hold. */

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

export const expect = (holds: boolean, what: string): void => {
  if (!holds) throw new Error(what)
}

export const exitCode = (): number => failures === 0 ? 0 : 1
