/**
 * `pnpm console:proof [directory for screenshots]`: the console in a real browser, against a server with data.
 * Every page and action, the keyboard alone, what pages of other origins can do, axe in both themes at 1440 and 390 px,
 * and how fast it is; how fast fails the run only with `STRICT_TIMES=1`.
 */
import { existsSync } from "node:fs"
import { access, keyOf, keys } from "./Access.ts"
import { actions } from "./Actions.ts"
import { executable, launch } from "./Browser.ts"
import { fill } from "./Data.ts"
import { foreignPage } from "./ForeignPage.ts"
import { door, keyboard, keyboardSettings } from "./Keyboard.ts"
import { looks } from "./Looks.ts"
import { startPartner } from "./Partner.ts"
import { exitCode } from "./Report.ts"
import { fillSettings, settings } from "./Settings.ts"
import { startSluice } from "./Sluice.ts"
import { speed } from "./Speed.ts"

const many = Number(process.env["PROOF_ORDERS"] ?? 10_000)

if (!existsSync(executable)) {
  process.stderr.write(`there is no ${executable}: install chromium (apt-get install chromium), or set CHROMIUM\n`)
  process.exit(1)
}
const partner = await startPartner()
const sluice = await startSluice()
const browser = await launch()
try {
  const shown = await fill(sluice, partner.origin, many)
  await fillSettings(sluice, partner.origin)
  await looks(browser, sluice.base, shown, process.argv[2])
  await actions(browser, sluice, shown)
  await settings(browser, sluice)
  await keyboard(browser, sluice)
  await keyboardSettings(browser, sluice)
  await foreignPage(browser, sluice)
  await speed(browser, sluice, shown, many)
  const guarded = await startSluice({ SLUICE_API_KEYS: keys })
  await door(browser, guarded, keyOf("admin"))
  await access(browser, guarded)
  await guarded.stop()
} finally {
  await browser.close()
  partner.close()
  await sluice.stop()
}
process.exitCode = exitCode()
