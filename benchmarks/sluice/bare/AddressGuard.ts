/** A guard that lets every address pass. */
import type { AddressGuard } from "../../../packages/http-client/src/AddressGuard.ts"

export * from "../../../packages/http-client/src/AddressGuard.ts"

export const make = (): AddressGuard => ({
  refuseAddress: () => undefined,
  refuseHost: () => undefined,
  refuseUrl: () => undefined
})
