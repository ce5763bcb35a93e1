/**
 * SQL: the runs that wait for a partner: those on hold, and those that were released to it and have sent nothing yet.
 * A released run is due or owned by a process until it has its turn, and may be put on hold again. Contract: section 7,
 * `waiting`.
 */

/** The number of due runs that are examined. */
const mostDue = 10_000

/** The table `released` of the released runs by host, for a `with`: read by owner and due time, of which there are few. */
export const releasedRuns = `released as materialized (
  select substring(r.wait_mark from '"heldFor":"([^"]+)"') as host, count(*)::int4 as runs from (
    select state, held_for, wait_mark from runs where owner = any(array(select id from workers))
    union all
    (select state, held_for, wait_mark from runs where due_at <= statement_timestamp() order by due_at limit ${mostDue})
  ) r where r.state in ('waiting', 'compensating') and r.held_for is null and r.wait_mark is not null group by 1
)`

/** The number of runs that wait for the host; needs {@link releasedRuns}. */
export const waitingFor = (host: string): string =>
  `((select count(*)::int4 from runs r where r.held_for = ${host})
    + coalesce((select w.runs from released w where w.host = ${host}), 0))`
