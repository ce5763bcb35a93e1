/**
 * The Content-Security-Policy of a page that carries its own scripts and styles: exactly those may run, each by its
 * SHA-256, and nothing from elsewhere is loaded or may frame the page. Contract: section 2.
 */
import { createHash } from "node:crypto"

const hashes = (html: string, element: "script" | "style"): ReadonlyArray<string> =>
  [...html.matchAll(new RegExp(`<${element}>([\\s\\S]*?)</${element}>`, "g"))].map(([, text = ""]) =>
    `'sha256-${createHash("sha256").update(text).digest("base64")}'`
  )

const sources = (list: ReadonlyArray<string>): string => list.length === 0 ? "'none'" : list.join(" ")

/**
 * The Content-Security-Policy of a page. `styles` replaces the hashes of the page's own styles, if scripts add styles.
 */
export const policyOf = (html: string, styles: ReadonlyArray<string> = hashes(html, "style")): string => {
  return [
    "default-src 'none'",
    `script-src ${sources(hashes(html, "script"))}`,
    `style-src ${sources(styles)}`,
    "connect-src 'self'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'"
  ].join("; ")
}
