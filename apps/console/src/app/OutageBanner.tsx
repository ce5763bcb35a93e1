/** The one banner of an outage: what is away, for how long, and that the page goes on by itself. */
import { useQueryClient } from "@tanstack/react-query"
import { WifiOff } from "lucide-react"
import { useCallback } from "react"
import { useRecovery } from "../api/Connection.ts"
import { Age } from "../components/values/Time.tsx"
import { isoOf } from "../environment/Now.ts"

const words = {
  server: "The server does not answer",
  database: "The server cannot reach its database"
}

export const OutageBanner = () => {
  const queries = useQueryClient()
  const outage = useRecovery(useCallback(() => void queries.invalidateQueries(), [queries]))
  if (outage === undefined) return null
  return (
    <div className="banner tone-bad" role="alert">
      <WifiOff className="icon" aria-hidden="true" />
      <span>
        <strong>{words[outage.of]}</strong>, for <Age since={isoOf(outage.since)} />{" "}
        now. What is shown may be old; the page goes on by itself.
      </span>
    </div>
  )
}
