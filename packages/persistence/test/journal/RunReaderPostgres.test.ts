import { suite } from "@sluice/engine/testing/RunReaderSuite"
import * as JournalPostgres from "@sluice/persistence/journal/JournalPostgres"
import { DatabaseTest } from "@sluice/persistence/testing/DatabaseTest"
import { Layer } from "effect"

suite("RunReaderPostgres", JournalPostgres.layer().pipe(Layer.provide(DatabaseTest.layer)))
