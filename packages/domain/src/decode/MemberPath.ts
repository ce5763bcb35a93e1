/** The place of a member in a JSON document. */

/** Names and positions, from the document's root to a member. */
export type MemberPath = ReadonlyArray<string | number>

/** The text of a path: `steps[0].options.endpoint` for `["steps", 0, "options", "endpoint"]`. */
export const pathText = (path: MemberPath): string =>
  path.reduce<string>(
    (text, token) => typeof token === "number" ? `${text}[${token}]` : text === "" ? token : `${text}.${token}`,
    ""
  )
