import * as JournalMemory from "../../src/testing/JournalMemory.ts"
import { suite } from "../../src/testing/RunReaderSuite.ts"

suite("RunReaderMemory", JournalMemory.layer)
