/** Copies a request as `curl`. */
import { curl, type Request } from "../../api/Curl.ts"
import { useSession } from "../../api/Session.ts"
import { CopyButton } from "./CopyButton.tsx"

export const CopyCurl = ({ request, label = "curl" }: { readonly request: Request; readonly label?: string }) => {
  const { signedIn } = useSession()
  return (
    <CopyButton
      what={label === "curl" ? "as curl" : `${label} as curl`}
      quiet
      text={() => curl(location.origin, request, signedIn)}
    >
      {label}
    </CopyButton>
  )
}
