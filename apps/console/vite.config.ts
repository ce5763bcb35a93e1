/**
 * The console's build: modules for browsers of the last two years, one chunk a page, nothing fetched from elsewhere.
 * `__NONCE__` is replaced by the server in each answer, so that the content security policy can name it.
 */
import react from "@vitejs/plugin-react"
import { defineConfig } from "vite"

/** Where `vite` serves while somebody works on the console: the API is a server that runs beside it. */
const api = process.env["SLUICE_URL"] ?? "http://127.0.0.1:8080"

export default defineConfig({
  plugins: [react()],
  html: { cspNonce: "__NONCE__" },
  server: { proxy: { "/v1": api, "/health": api } },
  build: {
    target: "es2023",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false
  }
})
