/** The console's page for a path of the API. */

/** Paths that have a page of another form; what is not named has the same path without `/v1`. */
const forms: ReadonlyArray<readonly [pattern: RegExp, page: string]> = [
  [/^\/v1\/pipelines\/([^/]+)\/versions\/(\d+)$/, "/pipelines/$1?tab=versions&to=$2"],
  [/^\/v1\/orders\/([^/]+)\/versions\/(\d+)$/, "/orders/$1?tab=document&version=$2"],
  [/^\/v1\/orders\/([^/]+)\/timeline.*$/, "/orders/$1?tab=timeline"],
  [/^\/v1\/process-events\/([^/]+)\/callouts\/([^/]+)$/, "/process-events/$1?callout=$2"],
  [/^\/v1\/([a-z-]+\/[^/?]+).*$/, "/$1"]
]

export const consolePath = (href: string): string => {
  for (const [pattern, page] of forms) if (pattern.test(href)) return href.replace(pattern, page)
  return "/"
}
