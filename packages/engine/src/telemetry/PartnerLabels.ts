/**
 * Which partners are named in metrics. A series never goes away again, here or where it is stored, and an expression in a
 * pipeline can make up a host for each order: so only the first so many are named, and the rest are counted together.
 */

/** Far more than a pipeline names by hand; some 40 series each. */
const named = 200

/** What stands for all the others. No host is called that. */
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
