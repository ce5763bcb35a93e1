/** The last digits of an id, for lists: the first ones encode a time, and are equal for ids made together. */

export const shortId = (id: string): string => {
  const match = /^([a-z_]+)-[0-9a-f]{20}([0-9a-f]{12})$/.exec(id)
  return match === null ? id : `…${match[2]}`
}

/** A shortened id. The whole id can be copied, and is shown on hover and read by screen readers. */
export const ShortId = ({ id }: { readonly id: string }) => <span className="mono" title={id}>{shortId(id)}</span>
