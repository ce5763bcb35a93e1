/** The address under which the processes of a cluster know one of them. */
export interface Address {
  readonly host: string
  readonly port: number
}

/** The address as `host:port`, by which a worker is named. */
export const nameOf = ({ host, port }: Address): string => `${host}:${port}`

/** The address of a name; `undefined` where it is none. */
export const parseName = (name: string): Address | undefined => {
  const [, host, port] = /^(.+):(\d+)$/.exec(name) ?? []
  return host === undefined ? undefined : { host, port: Number(port) }
}
