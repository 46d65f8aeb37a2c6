import type { Sql } from '../db/client.ts'
import { type Officer, scopeOf } from '../officers/permissions.ts'
import type { TicketStatus } from './ticket.ts'

export interface WorkLine {
  id: number
  number: string
  topic: string
  status: TicketStatus
  urgent: boolean
  communeCode: string | null
  unitId: string
  promise: string | null
  dueAt: Date | null
  pausedAt: Date | null
  offerLapsesAt: Date | null
  /** The last word was the citizen's: they wait for this officer. */
  isAnswered: boolean
}

export interface MyWork {
  /** Unfinished tickets that the officer has, in the order of the queue. */
  mine: WorkLine[]
  /** There are more than could be shown. */
  hasMore: boolean
  /** Offered to the officer, or to the unit and nobody in particular, the one that lapses first on top. */
  offered: WorkLine[]
  /** Tickets in the unit's queue that nobody has. */
  free: number
}

const MOST = 60
const MOST_FREE = 1_000

/** What waits for one officer now. Each part is read from an index of its own, however many tickets there are. */
export async function myWork(sql: Sql, officer: Officer): Promise<MyWork> {
  const scope = scopeOf(officer)
  if (scope.kind === 'nothing' || (scope.kind === 'everything' && !scope.acts)) {
    return { mine: [], hasMore: false, offered: [], free: 0 }
  }
  const columns = sql`t.id, t.number, t.topic, t.status, t.urgent, t.commune_code as "communeCode",
    t.unit_id as "unitId", t.promise, t.due_at as "dueAt", t.paused_at as "pausedAt", t.offer_lapses_at as "offerLapsesAt"`
  const unitId = scope.kind === 'unit' ? scope.unitId : null
  const isOurs =
    unitId === null ? sql`` : sql`and t.unit_id = ${unitId} and t.complaint_about is distinct from ${unitId}`
  const toUs =
    unitId === null
      ? sql`t.offered_unit_id is not null and t.offered_officer_id = ${officer.id}`
      : sql`t.offered_unit_id = ${unitId} and (t.offered_officer_id is null or t.offered_officer_id = ${officer.id})
          and t.complaint_about is distinct from ${unitId}`
  const [mine, offered, free] = await Promise.all([
    // Kept apart, so that the few are found by their assignee and sorted, not looked for along everybody's queue.
    sql<WorkLine[]>`
      with own as materialized (
        select * from tickets t where t.assignee_id = ${officer.id} and t.status in ('assigned', 'pending') ${isOurs})
      select ${columns}, coalesce((
        select a.actor = 'citizen' and a.verb <> 'filed' from activity a
        where a.ticket_id = t.id and a.actor <> 'system' order by a.seq desc limit 1), false) as "isAnswered"
      from own t order by coalesce(t.queue_position, 'infinity'), t.id limit ${MOST + 1}`,
    sql<WorkLine[]>`
      select ${columns}, false as "isAnswered" from tickets t
      where ${toUs} order by t.offer_lapses_at, t.id limit ${MOST}`,
    unitId === null
      ? []
      : sql<{ free: number }[]>`
          select count(*) as free from (
            select from tickets t where t.unit_id = ${unitId} and t.status = 'open' and t.due_at is not null
              and t.complaint_about is distinct from ${unitId} limit ${MOST_FREE}) as waiting`,
  ])
  return { mine: mine.slice(0, MOST), hasMore: mine.length > MOST, offered, free: Number(free[0]?.free ?? 0) }
}

/** Why a ticket is the one to look at now. */
export type NextReason = 'overdue' | 'urgent' | 'answered' | 'soon' | 'offered' | 'first'

const SOON_MS = 24 * 3_600_000

/** The one thing to do next; null when nothing waits but, perhaps, the unit's queue. Pure. */
export function nextToDo(
  { mine, offered }: Pick<MyWork, 'mine' | 'offered'>,
  now: Date,
): { ticket: WorkLine; why: NextReason } | null {
  const running = mine.filter(({ status, pausedAt }) => status === 'assigned' && pausedAt === null)
  const left = ({ dueAt }: WorkLine) => (dueAt?.getTime() ?? Number.POSITIVE_INFINITY) - now.getTime()
  const steps: [NextReason, WorkLine | undefined][] = [
    ['urgent', running.find((ticket) => ticket.urgent)],
    ['overdue', running.find((ticket) => left(ticket) < 0)],
    ['answered', mine.find((ticket) => ticket.isAnswered)],
    ['soon', running.find((ticket) => left(ticket) < SOON_MS)],
    ['offered', offered[0]],
    ['first', running[0]],
  ]
  for (const [why, ticket] of steps) if (ticket !== undefined) return { ticket, why }
  return null
}
