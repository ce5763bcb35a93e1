/**
 * `pnpm console:proof [directory for screenshots]`: the console in a real browser, against a server with data.
 * Every page and action, the keyboard alone, what pages of other origins can do, axe in both themes at 1440 and 390 px,
 * and how fast it is; how fast fails the run only with `STRICT_TIMES=1`. `PROOF_PARTS=looks,actions` runs only these parts,
 * `PROOF_ORDERS=200` over fewer orders, and `PROOF_PAGES=/partners` looks only at the pages whose address matches.
 */
import { existsSync } from "node:fs"
import { access, keyOf, keys } from "./Access.ts"
import { actions } from "./Actions.ts"
import { approval } from "./Approval.ts"
import { executable, launch } from "./Browser.ts"
import { fill } from "./Data.ts"
import { foreignPage } from "./ForeignPage.ts"
import { hostileStrings } from "./hostile/HostileStrings.ts"
import { door, keyboard, keyboardSettings } from "./Keyboard.ts"
import { looks } from "./Looks.ts"
import { notifications } from "./Notifications.ts"
import { operations } from "./Operations.ts"
import { outage } from "./Outage.ts"
import { startPartner } from "./Partner.ts"
import { exitCode } from "./Report.ts"
import { fillSettings, settings } from "./Settings.ts"
import { startSluice } from "./Sluice.ts"
import { speed } from "./Speed.ts"

/** The parts to run, by name; all of them where nothing is said. */
const chosen = process.env["PROOF_PARTS"]?.split(",")
const wants = (part: string): boolean => chosen === undefined || chosen.includes(part)

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
  if (wants("looks")) await looks(browser, sluice.base, shown, process.argv[2])
  if (wants("approval")) await approval(browser, sluice, shown)
  if (wants("operations")) await operations(browser, sluice, shown)
  if (wants("actions")) await actions(browser, sluice, shown)
  if (wants("notifications")) await notifications(browser, sluice, shown)
  if (wants("settings")) await settings(browser, sluice)
  if (wants("keyboard")) {
    await keyboard(browser, sluice)
    await keyboardSettings(browser, sluice)
  }
  if (wants("outage")) await outage(browser, sluice, shown)
  if (wants("foreign")) await foreignPage(browser, sluice)
  if (wants("hostile")) await hostileStrings(browser)
  if (wants("speed")) await speed(browser, sluice, shown, many)
  if (wants("access")) {
    const guarded = await startSluice({ SLUICE_API_KEYS: keys })
    await door(browser, guarded, keyOf("admin"))
    await access(browser, guarded)
    await guarded.stop()
  }
} finally {
  await browser.close()
  partner.close()
  await sluice.stop()
}
process.exitCode = exitCode()
