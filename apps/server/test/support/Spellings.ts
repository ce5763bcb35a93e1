/** Other spellings of a path, each of which some router, proxy or table takes for the same. */
export const spellings: ReadonlyArray<readonly [name: string, respell: (path: string) => string]> = [
  ["another case", (path) => path.toUpperCase()],
  ["a trailing slash", (path) => `${path}/`],
  ["a doubled slash at its start", (path) => `/${path}`],
  ["a doubled slash within", (path) => path.replace(/\/(?=[^/]*$)/, "//")],
  [
    "an escaped letter",
    (path) => path.replace(/^\/(.)/, (_, letter: string) => `/%${letter.charCodeAt(0).toString(16)}`)
  ]
]
