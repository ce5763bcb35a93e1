/** API keys. */
import type { Examples } from "./Examples.ts"

const shop = {
  id: "api_key-01a228d0c7477567845d1b7d2cc5e65c",
  name: "shop",
  roles: ["submit"],
  createdAt: "2026-11-29T19:38:20.871Z",
  expiresAt: "2027-06-30T00:00:00.000Z"
}

export const access: Examples = {
  "apiKeys.create": {
    requests: {
      first: { name: "root", roles: ["admin"] },
      shop: { name: "shop", roles: ["submit"], expiresAt: "2027-06-30T00:00:00Z" }
    },
    answers: {
      201: {
        first: {
          id: "api_key-01a228d0c5ad7564be8bbcfd9f40c6ba",
          name: "root",
          roles: ["admin"],
          createdAt: "2026-11-29T19:38:20.461Z",
          key: "sluice_QV01M_ipWTysxbNv7PIByf99E4uy4VyB57rw18BUuLE"
        },
        shop: { ...shop, key: "sluice_hZHzNgxqCRWWcv-Emrw-R_LzE7Yrr5SN28TRlgKEPgU" }
      }
    }
  },
  "apiKeys.list": {
    answers: {
      200: {
        example: {
          items: [
            shop,
            {
              id: "api_key-01a228d0c5ad7564be8bbcfd9f40c6ba",
              name: "root",
              roles: ["admin"],
              createdAt: "2026-11-29T19:38:20.461Z",
              lastUsedAt: "2026-11-29T19:38:00.000Z"
            }
          ],
          nextCursor: null
        }
      }
    }
  }
}
