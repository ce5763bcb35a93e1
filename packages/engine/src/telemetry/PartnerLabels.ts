/**
 * Limits the partners that metrics name. A time series never disappears, and an expression can make up a host for each
 * order, so only the first hosts are named and the rest are counted together.
 */

/** Far more than a pipeline names by hand; some 40 series each. */
const named = 200

/** The label of all other hosts; not a valid host name. */
export const otherPartners = "(others)"

/** The label of a partner, for as long as this lives. */
export type PartnerLabels = (partner: string) => string

export const make = (most = named): PartnerLabels => {
  const known = new Set<string>()
  return (partner) => {
    if (known.size < most) known.add(partner)
    return known.has(partner) ? partner : otherPartners
  }
}
