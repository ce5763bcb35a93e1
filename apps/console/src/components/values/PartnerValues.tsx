/** Values of a partner as a person reads them. */
import type { Partner } from "../../api/Documents.ts"
import { healthOf } from "../../partners/PartnerHealth.ts"

export const HealthBadge = ({ partner }: { readonly partner: Partner }) => {
  const { tone, word } = healthOf(partner)
  return <span className={`badge tone-${tone}`} title={`circuit ${partner.state}`}>{word}</span>
}

export const FailedShare = ({ partner }: { readonly partner: Partner }) => {
  const { calls, failures } = partner.last10m
  if (calls === 0) return <span className="muted">no calls</span>
  const tone = healthOf({ ...partner, paused: false, state: "closed" }).tone
  return (
    <span className={`num ${tone === "bad" || tone === "warn" ? `toned tone-${tone}` : ""}`}>
      {failures.toLocaleString("en")} of {calls.toLocaleString("en")} failed
    </span>
  )
}

export const limitsText = ({ maxConcurrent, paused, ratePerSecond }: Partner): string =>
  [
    ...paused ? ["paused"] : [],
    ...maxConcurrent === undefined ? [] : [`${maxConcurrent} at once`],
    ...ratePerSecond === undefined ? [] : [`${ratePerSecond}/s`]
  ].join(", ")
