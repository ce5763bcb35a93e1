/** Bills the account that the path names: `POST /accounts/<account>`; a path without an account is a 404. */
import type { Partner } from "../Partner.ts"
import { json } from "../Reply.ts"

const accountPath = /^\/accounts\/([^/]+)$/

export const billing: Partner = {
  name: "billing",
  reply: ({ path }) => {
    const account = accountPath.exec(path)?.[1]
    return account === undefined
      ? json(404, { error: "no such account" })
      : json(200, { account: decodeURIComponent(account), billed: true })
  }
}
