/** The reasons for refusing a change of the settings, besides an unavailable database. Contract: section 7. */
import { Schema } from "effect"

/** No setting has this name. */
export class SettingUnknown extends Schema.TaggedError<SettingUnknown>()("SettingUnknown", {
  kind: Schema.String,
  id: Schema.String
}) {}

/** The pipeline never had this version. */
export class PipelineVersionUnknown extends Schema.TaggedError<PipelineVersionUnknown>()("PipelineVersionUnknown", {
  name: Schema.String,
  version: Schema.Int
}) {}

/** A write expects another version than the stored one, or none; `current` is absent if none is stored. */
export class SettingVersionMismatch extends Schema.TaggedError<SettingVersionMismatch>()("SettingVersionMismatch", {
  kind: Schema.String,
  id: Schema.String,
  current: Schema.optionalKey(Schema.Int)
}) {}

/** The pipeline has open runs, and stays until they have ended. */
export class PipelineInUse extends Schema.TaggedError<PipelineInUse>()("PipelineInUse", {
  name: Schema.String
}) {}

/** A secret was written as `[redacted]`, and there is no stored one that may be kept in its place. */
export class SecretNotKept extends Schema.TaggedError<SecretNotKept>()("SecretNotKept", {
  faults: Schema.Array(Schema.Struct({ path: Schema.String, message: Schema.String }))
}) {}
