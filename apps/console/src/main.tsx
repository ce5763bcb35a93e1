/** The console's beginning. */
import { QueryClientProvider } from "@tanstack/react-query"
import { RouterProvider } from "@tanstack/react-router"
import { StrictMode } from "react"
import { createRoot } from "react-dom/client"
import * as Session from "./api/Session.ts"
import { preloadPages } from "./app/Preload.ts"
import { queryClient } from "./app/Queries.ts"
import { router } from "./app/Router.tsx"
// oxlint-disable-next-line import/no-unassigned-import -- styles have no names
import "./styles/index.css"

// Libraries that add a <style> of their own look here for the nonce of the content security policy.
const nonce = document.querySelector<HTMLMetaElement>("meta[property=csp-nonce]")?.nonce
Object.assign(globalThis, { __webpack_nonce__: nonce })

Session.start()
preloadPages(router)

const root = document.querySelector("#root")
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </StrictMode>
  )
}
