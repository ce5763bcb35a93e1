import { suite } from "@sluice/http-client/testing/TokenStoreSuite"
import { TokenStore } from "@sluice/http-client/TokenStore"

suite("TokenStore in memory", TokenStore.layerMemory)
