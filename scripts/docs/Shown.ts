/** Compares what a page shows with what was printed. */

/** Texts that differ from run to run, and a word for each. The order counts. */
const varying: ReadonlyArray<readonly [RegExp, string]> = [
  // Ids of Sluice, with a version or a number at their end.
  [
    /\b(order|event|process_event|version|step|callout|delivery|message|job|issue|api_key|audit|replay|endpoint|log)-[0-9a-f]{32}(-[0-9a-f]+)*/g,
    "$1-ID"
  ],
  [/\b[0-9a-f]{32}\b/g, "ID"],
  [/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, "TIME"],
  [/\[?\b\d\d:\d\d:\d\d(\.\d+)?\b\]?/g, "TIME"],
  [/("(?:durationMs|startedMs|sequence|latencyMs|p95Ms|meanMs)":)-?[\d.]+/g, "$1N"],
  // These two stand in either order.
  [/"(?:created|updated)At":/gi, "\"AT\":"],
  [/\+?\b\d+(\.\d+)? ?m?s\b/g, "DURATION"],
  [/\(#\d+\)/g, "(#N)"],
  [/\bprocess \d+/g, "process N"],
  // A page's own server listens on a free port.
  [/\bready at http:\/\/127\.0\.0\.1:\d+/g, "ready at ADDRESS"]
]

const normalized = (text: string): string =>
  varying.reduce((sofar, [pattern, word]) => sofar.replaceAll(pattern, word), text)
    .replaceAll(/\blocalhost:/g, "127.0.0.1:")
    // Lines are wrapped in the docs, tables follow the width of a terminal, rules fill it.
    .replaceAll(/[\s━]+/g, "")

/**
 * The first part of `shown` that `printed` has not, or undefined. `…` stands for anything; spaces, line breaks, ids, times
 * and durations may differ. The parts between the `…` have to occur in their order.
 */
export const missing = (shown: string, printed: string): string | undefined => {
  const text = normalized(printed)
  let from = 0
  for (const part of normalized(shown).split("…").filter((one) => one !== "")) {
    const at = text.indexOf(part, from)
    if (at < 0) return part
    from = at + part.length
  }
  return undefined
}
