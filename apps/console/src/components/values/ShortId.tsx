/** An id in a list, by its last digits: the first ones are a time, and the same for all that came together. */

export const shortId = (id: string): string => {
  const match = /^([a-z_]+)-[0-9a-f]{20}([0-9a-f]{12})$/.exec(id)
  return match === null ? id : `…${match[2]}`
}

/** A shortened id. The whole id is there for copying, on hover, and for screen readers. */
export const ShortId = ({ id }: { readonly id: string }) => <span className="mono" title={id}>{shortId(id)}</span>
