/** Timestamps as the documents and answers carry them: ISO 8601 in UTC with milliseconds. */
import { DateTime } from "effect"

/** Formats `at`, in epoch milliseconds: `2026-11-29T18:41:26.000Z`. */
export const isoOf = (at: number): string => DateTime.formatIso(DateTime.makeUnsafe(at))
