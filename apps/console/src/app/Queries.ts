/** Caches answers for a moment, and requests them again after the server was away. */
import { QueryClient } from "@tanstack/react-query"
import { isProblem } from "../api/ApiProblem.ts"

/** A server that is away, or without its database, is worth asking again; a refusal is not. */
const passing = (error: unknown): boolean => isProblem(error) && (error.status === 0 || error.status >= 500)

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      // A server on the same machine answers although the browser is offline.
      networkMode: "always",
      staleTime: 2000,
      retry: (count, error) => passing(error) && count < 3,
      retryDelay: (count) => Math.min(1000 * 2 ** count, 8000),
      refetchOnWindowFocus: false
    },
    mutations: { networkMode: "always", retry: false }
  }
})
