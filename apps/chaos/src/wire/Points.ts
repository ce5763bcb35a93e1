/**
 * The places at which a process can be killed, by name. From outside, a process is only its statements and its
 * requests, so a place in its code between two of them cannot be distinguished: "before" a statement is any point since
 * the previous one, "after" is the commit whose reply was not received.
 */

/** The name of a statement, by its text: the first match. */
const statements: ReadonlyArray<readonly [name: string, text: RegExp]> = [
  ["worker.enter", /^insert into workers/],
  ["worker.rejoin", /update workers set epoch = epoch \+ 1/],
  ["takeover.fence", /update workers set fenced = true from dead/],
  ["takeover.look", /as dead,[^]*as orphaned/],
  ["takeover.candidates", /from workers w cross join lateral[^]*where w\.fenced\s+order by/],
  ["takeover.claim", /w\.left_orderly as orderly/],
  ["takeover.due", /true as orderly from runs r/],
  ["takeover.count", /set takeovers = u\.takeovers/],
  ["queue.candidates", /^with recursive p \(pipeline\)/],
  ["queue.lock", /^select id, version from orders where id = any/],
  ["queue.claim", /update runs set state = 'running', owner = me\.id/],
  ["journal.read-runs", /takeover_progress, state, reason, cancel_requested/],
  ["journal.read-steps", /^select run_id, index, state, next_version, record\s+from steps/],
  ["journal.read-callouts", /^select run_id, id, step, outcome, record/],
  ["flush.outcome", /^with me as [^]*insert into subscriptions/],
  ["flush.intake", /^with me as [^]*insert into orders \(/],
  ["flush.entry", /^with me as [^]*insert into steps/],
  ["flush.renew", /^with me as \(update workers set alive_until/],
  ["flush.reconcile", /^with e as materialized [^]*open_mark is not distinct/],
  ["intake.duplicates", /^with d as materialized/],
  ["run.cancel", /cancel_requested = true, cancel_compensates/],
  ["order.lock", /^select version, event_id from orders/],
  ["order.edit", /^with o as \(\s*update orders set version = version \+ 1/],
  ["retry.open", /^insert into runs \(/],
  ["retry.reuse", /^insert into steps \(/],
  ["delivery.claim", /update deliveries d set claimed_until = clock_timestamp\(\) \+ interval '\d+ ms', claim/],
  ["delivery.settle", /insert into delivery_attempts/],
  ["delivery.lock", /^select id from deliveries where id = any/],
  ["transaction.commit", /^commit/i]
]

/** The name of a statement; `undefined` for a statement at which no process is killed. */
export const nameOf = (text: string): string | undefined => statements.find(([, pattern]) => pattern.test(text))?.[0]

/** The point of a kill: before a statement is sent, after it was committed, or around a request to a partner. */
export type Point = `${string}:before` | `${string}:after` | "send:arrived" | "send:answered" | "any:moment"

/** The places for kills, repeated by frequency: those passed with every order more often than rare ones. */
export const killPoints: ReadonlyArray<Point> = [
  ...["flush.intake", "flush.entry", "flush.outcome"].flatMap((name): ReadonlyArray<Point> => [
    `${name}:before`,
    `${name}:after`,
    `${name}:before`,
    `${name}:after`
  ]),
  ...["send:arrived", "send:answered", "send:arrived", "send:answered"] as const,
  ...[
    "takeover.fence",
    "takeover.claim",
    "takeover.due",
    "takeover.count",
    "queue.claim",
    "journal.read-runs",
    "journal.read-steps",
    "journal.read-callouts",
    "intake.duplicates",
    "flush.renew",
    "flush.reconcile",
    "run.cancel",
    "order.edit",
    "order.lock",
    "retry.open",
    "retry.reuse",
    "transaction.commit",
    "delivery.claim",
    "delivery.settle",
    "delivery.lock",
    "worker.enter",
    "worker.rejoin"
  ].flatMap((name): ReadonlyArray<Point> => [`${name}:before`, `${name}:after`]),
  "any:moment",
  "any:moment"
]
