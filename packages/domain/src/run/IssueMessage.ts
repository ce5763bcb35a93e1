/**
 * The message of a failure without what differs from one run to the next: ids, numbers, addresses and times. Failures of
 * the same pipeline, step and outcome with the same normalised message are one issue. Contract: section 7, `/v1/issues`.
 */

/** The longest message that is looked at, and the longest that is kept, in characters. */
const mostRead = 2000
const mostKept = 300

/** In this order: what an earlier pattern takes out is no part of a later one. */
const patterns: ReadonlyArray<readonly [RegExp, string]> = [
  [/\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?: ?(?:Z|[+-]\d\d:?\d\d))?)?/g, "<time>"],
  [/\b\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?\b/g, "<time>"],
  [/[\w.+%-]+@[\w-]+(?:\.[\w-]+)+/g, "<address>"],
  [/\bhttps?:\/\/[^\s"'<>,;)\]}]+/gi, "<address>"],
  [/\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b/g, "<address>"],
  [/\[[0-9a-f:.]*:[0-9a-f:.]+\](?::\d+)?/gi, "<address>"],
  [/\b[\w-]+(?:\.[\w-]+)*:\d{2,5}\b/g, "<address>"],
  // A word with a digit and a letter or a hyphen in it: an order number, a UUID, a hash.
  [/\b(?=[\w-]*\d)(?=[\w-]*[A-Za-z_-])[\w-]+/g, "<id>"],
  [/\d+(?:[.,]\d+)*/g, "<number>"]
]

const cut = (text: string, most: number): string => text.length <= most ? text : text.slice(0, most).toWellFormed()

export const normalisedMessage = (message: string): string =>
  cut(
    patterns.reduce((text, [pattern, name]) => text.replace(pattern, name), cut(message, mostRead))
      .replace(/\s+/g, " ").trim(),
    mostKept
  )
