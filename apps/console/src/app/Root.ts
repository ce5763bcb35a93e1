/** The route that all others are under: the shell around every page. */
import { createRootRoute } from "@tanstack/react-router"
import { NotFound } from "../components/feedback/NotFound.tsx"
import { Shell } from "./Shell.tsx"

export const rootRoute = createRootRoute({ component: Shell, notFoundComponent: NotFound })
