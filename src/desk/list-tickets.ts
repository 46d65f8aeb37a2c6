import type { Fragment } from 'postgres'
import { z } from 'zod'
import { localDay } from '../clock.ts'
import type { Sql, Transaction } from '../db/client.ts'
import { type Officer, scopeOf } from '../officers/permissions.ts'
import type { Secrets } from '../secrets.ts'
import { hashesOfQuery, numbersOfQuery } from './search-terms.ts'
import type { TicketStatus } from './ticket.ts'

/** What a list is narrowed to; what is left out does not narrow it. */
export interface TicketFilter {
  /** A unit's id, or `mine`, `offered`, `escalated`. */
  queue?: string | undefined
  status?: readonly TicketStatus[] | undefined
  commune?: string | undefined
  topic?: string | undefined
  overdue?: boolean | undefined
  /** Only urgent ones; finished ones only when their status is named. */
  urgent?: boolean | undefined
  /** A ticket number, a person's name or phone number. */
  q?: string | undefined
}

export interface TicketLine {
  id: number
  number: string
  topic: string
  requestType: string
  status: TicketStatus
  urgent: boolean
  communeCode: string | null
  unitId: string
  offeredUnitId: string | null
  assigneeId: string | null
  assigneeUsername: string | null
  assigneeName: string | null
  promise: string | null
  dueAt: Date | null
  pausedAt: Date | null
  lastSeq: number
  createdAt: Date
}

export interface TicketPage {
  items: TicketLine[]
  /** Null on the last page. */
  nextCursor: string | null
}

/** A place lies in a year that the desk has tickets of: others are more than a database can compare. */
const place = z.iso.datetime().regex(/^2[01]/)
const cursorSchema = z.tuple([z.union([z.literal('infinity'), place]), z.int()])

/** Thrown for a cursor that no list of ours gave. */
export class WrongCursor extends Error {
  constructor() {
    super('This cursor did not come from a list')
    this.name = 'WrongCursor'
  }
}

/**
 * The tickets an officer may see, by their place in the queue (urgent ones, then by deadline), finished ones last. Each way in which a ticket becomes visible (own unit,
 * offered, escalated) is a branch with its own index, so a page costs the same among a thousand and a million tickets.
 */
export async function listTickets(
  sql: Sql | Transaction,
  secrets: Secrets,
  officer: Officer,
  filter: TicketFilter,
  page: { cursor?: string | undefined; limit: number },
  now: Date,
): Promise<TicketPage> {
  const after = page.cursor === undefined ? null : readCursor(page.cursor)
  const branches = branchesOf(sql, officer, filter, now)
  if (branches.length === 0) return { items: [], nextCursor: null }
  const narrowed = narrow(sql, secrets, filter, now)
  // The text of a microsecond instant: a JavaScript date would cut it, and rows between would come twice or never.
  const position = sql`coalesce(t.queue_position, 'infinity')`
  const beyond = after ? sql`and (${position}, t.id) > (${after[0]}::text::timestamptz, ${after[1]}::bigint)` : sql``
  const wanted = page.limit + 1
  const selects = branches.map(
    (branch) => sql`(
      select t.id, coalesce(t.queue_position, 'infinity') as position from tickets t
      where ${branch} ${narrowed} ${beyond}
      order by ${position}, t.id limit ${wanted})`,
  )
  const united = selects.reduce((left, right) => sql`${left} union ${right}`)
  const rows = await sql<(TicketLine & { position: string })[]>`
    select t.id, t.number, t.topic, t.request_type as "requestType", t.status, t.urgent,
      t.commune_code as "communeCode", t.unit_id as "unitId", t.offered_unit_id as "offeredUnitId",
      t.assignee_id as "assigneeId", o.username as "assigneeUsername", o.name as "assigneeName", t.promise,
      t.due_at as "dueAt", t.paused_at as "pausedAt", t.last_seq as "lastSeq", t.created_at as "createdAt",
      case when t.queue_position is null then 'infinity'
        else to_char(t.queue_position, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') end as position
    from (select id, position from (${united}) as one order by position, id limit ${wanted}) as found
    join tickets t on t.id = found.id
    left join officers o on o.id = t.assignee_id
    order by found.position, t.id`
  const items = rows.slice(0, page.limit)
  const last = items.at(-1)
  const nextCursor = rows.length > page.limit && last ? writeCursor(last.position, last.id) : null
  return { items: items.map(({ position: _, ...line }) => line), nextCursor }
}

function branchesOf(sql: Sql | Transaction, officer: Officer, filter: TicketFilter, now: Date): Fragment[] {
  const scope = scopeOf(officer)
  if (scope.kind === 'nothing') return []
  const own = officer.unitId
  const overdue = isOverdue(sql, now)
  // What escalated is overdue anyhow. Beside a topic or a commune the deadline is compared plainly: then indexes combine well.
  const isNarrow = filter.topic !== undefined || filter.commune !== undefined
  const plainly = sql`t.due_at < ${now} and t.paused_at is null and coalesce(t.queue_position, 'infinity') < ${now}`
  const late = filter.overdue === true ? sql`and ${isNarrow ? plainly : overdue}` : sql``
  const isMine = sql`t.assignee_id = ${officer.id} ${late}`
  if (scope.kind === 'everything') {
    if (filter.queue === undefined) return [sql`true ${late}`]
    if (filter.queue === 'mine') return [isMine]
    if (filter.queue === 'offered') return [sql`t.offered_unit_id is not null ${late}`]
    if (filter.queue === 'escalated') return [overdue]
    return [sql`t.unit_id = ${filter.queue} ${late}`]
  }
  const notAboutUs = sql`t.complaint_about is distinct from ${scope.unitId}`
  const ours = sql`t.unit_id = ${scope.unitId} and ${notAboutUs} ${late}`
  const offered = sql`t.offered_unit_id = ${scope.unitId} and ${notAboutUs} ${late}`
  const escalated =
    scope.escalations && mayBeOverdue(filter.status)
      ? [
          sql`t.department_id = ${scope.unitId} and ${overdue} and ${notAboutUs}`,
          sql`t.escalation_unit_id = ${scope.unitId} and ${overdue} and ${notAboutUs}`,
        ]
      : []
  if (filter.queue === undefined) return [ours, offered, ...escalated]
  if (filter.queue === 'mine') return [sql`${isMine} and ${ours}`]
  if (filter.queue === 'offered') return [offered]
  if (filter.queue === 'escalated') return escalated
  if (filter.queue === own) return [ours]
  const queue = filter.queue
  return [offered, ...escalated].map((branch) => sql`${branch} and t.unit_id = ${queue}`)
}

function narrow(sql: Sql | Transaction, secrets: Secrets, filter: TicketFilter, now: Date): Fragment {
  const conditions: Fragment[] = []
  const { status, commune, topic, overdue, urgent, q } = filter
  // One status is compared with `=`, so that the index by status gives the rows in their order.
  if (status?.length === 1) conditions.push(sql`t.status = ${status[0] ?? ''}`)
  else if (status && status.length > 1) conditions.push(sql`t.status = any(${[...status]})`)
  // Finished tickets have no deadline: said again in terms of the order, so that the index starts where they stand.
  if (status?.every(isFinished)) conditions.push(sql`coalesce(t.queue_position, 'infinity') = 'infinity'`)
  else if (status && !status.some(isFinished)) conditions.push(sql`coalesce(t.queue_position, 'infinity') < 'infinity'`)
  if (commune !== undefined) conditions.push(sql`t.commune_code = ${commune}`)
  if (topic !== undefined) conditions.push(sql`t.topic = ${topic}`)
  // Said as in their index, which holds what is unfinished.
  if (urgent === true)
    conditions.push(status?.some(isFinished) ? sql`t.urgent` : sql`t.urgent and t.due_at is not null`)
  if (overdue === false) conditions.push(sql`(t.due_at is null or t.due_at >= ${now} or t.paused_at is not null)`)
  if (q !== undefined && q.trim() !== '') {
    const numbers = numbersOfQuery(q, Number(localDay(now).slice(0, 4)))
    const hashes = hashesOfQuery(secrets, q)
    const isNamed = hashes.length > 0 ? sql`t.search_hashes @> ${hashes}::text[]` : sql`false`
    conditions.push(numbers.length > 0 ? sql`(t.number = any(${numbers}) or ${isNamed})` : isNamed)
  }
  return conditions.reduce((all, condition) => sql`${all} and ${condition}`, sql``)
}

const isFinished = (status: TicketStatus) => status === 'resolved' || status === 'closed'

/**
 * A place in the queue is never later than the deadline, so the index by place is read up to now. The deadline itself is
 * compared in a way that no index answers: the planner would take the two for unrelated, and combine indexes for it.
 */
function isOverdue(sql: Sql | Transaction, now: Date): Fragment {
  return sql`t.due_at is not null and t.paused_at is null and coalesce(t.queue_position, 'infinity') < ${now}
    and case when t.due_at < ${now} then true else false end`
}

/** Finished tickets have no deadline, and that of a ticket which waits for the citizen rests. */
function mayBeOverdue(status: readonly TicketStatus[] | undefined): boolean {
  return status === undefined || status.some((one) => one === 'open' || one === 'assigned')
}

function writeCursor(position: string, id: number): string {
  return Buffer.from(JSON.stringify([position, id])).toString('base64url')
}

function readCursor(cursor: string): z.infer<typeof cursorSchema> {
  try {
    return cursorSchema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()))
  } catch {
    throw new WrongCursor()
  }
}
