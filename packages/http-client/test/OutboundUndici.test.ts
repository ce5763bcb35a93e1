import * as AddressGuard from "@sluice/http-client/AddressGuard"
import * as OutboundUndici from "@sluice/http-client/node/OutboundUndici"
import { suite } from "@sluice/http-client/testing/OutboundSuite"
import { Result } from "effect"

const guard = AddressGuard.make(Result.getOrThrow(AddressGuard.parseNetworks("127.0.0.0/8")))

suite("OutboundUndici", OutboundUndici.layer({ guard }))
