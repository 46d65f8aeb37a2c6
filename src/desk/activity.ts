import type { Sql, Transaction } from '../db/client.ts'
import { and, asc, drizzleOn, eq, gt } from '../db/drizzle.ts'
import { together } from '../db/pipeline.ts'
import { type NoticeKind, notify, type Told } from '../notices/notify.ts'
import { officers } from '../officers/tables.ts'
import { nextRung } from './ladder.ts'
import type { Ticket } from './locked-ticket.ts'
import { measuredBy } from './measures.ts'
import { queuePosition } from './queue-order.ts'
import type { DeskServices } from './services.ts'
import { activity, ticketDimensions, tickets } from './tables.ts'
import { isSamePromise, nextPromise, pauseAfter } from './ticket.ts'

/** No ticket has more lines of activity than the column counts. */
export const LAST_SEQ = 2_147_483_647

/** One line of who did what. Facts hold no words of people: only ids, codes and numbers of messages. */
export interface ActivityLine {
  seq: number
  at: Date
  actor: 'citizen' | 'bot' | 'officer' | 'system'
  verb: string
  officer: { id: string; name: string } | null
  facts: Record<string, unknown>
}

export interface Change {
  /** What becomes of the ticket; deadline, pause, place in the queue and ladder follow from it by themselves. */
  set: Partial<Omit<Ticket, 'id' | 'lastSeq' | Following>>
  actor: ActivityLine['actor']
  officerId?: string | null
  verb: string
  facts?: Record<string, unknown>
  /** Officers who are told; never the one who did it. */
  tell?: readonly { to: Told; kind: NoticeKind }[]
  /** Reckons the deadline anew although nothing about the promise changed: the calendar did. */
  isReckonedAnew?: boolean
}

type Following = 'promise' | 'dueAt' | 'pausedAt' | 'pausedMinutes' | 'queuePosition' | 'ladderAt'

/**
 * The only way in which a ticket changes after it was filed: the row, its deadline, one line of activity and the notices
 * of it together. A deadline that runs stays what it is, also with another unit's calendar, until the promise itself
 * changes. The caller holds the ticket's lock.
 */
export async function change(
  tx: Transaction,
  ticket: Ticket,
  { calendars, territory }: Pick<DeskServices, 'calendars' | 'territory'>,
  made: Change,
  now: Date,
): Promise<Ticket> {
  const { order, ladder } = territory.routing
  const status = made.set.status ?? ticket.status
  const paused = pauseAfter(ticket, status, now, calendars.of(ticket.unitId))
  const moved: Ticket = { ...ticket, ...made.set, ...paused }
  const calendar = calendars.of(moved.unitId)
  const runsOn = !made.isReckonedAnew && isSamePromise(ticket, moved)
  const promised = runsOn ? { promise: ticket.promise, dueAt: ticket.dueAt } : nextPromise(moved, calendar)
  const isDueAnew = promised.dueAt?.getTime() !== ticket.dueAt?.getTime()
  const onLadder = isDueAnew ? { escalationLevel: 0, warnedAt: null } : {}
  const due: Ticket = { ...moved, ...promised, ...onLadder }
  const columns = {
    ...made.set,
    ...paused,
    ...promised,
    ...onLadder,
    queuePosition: queuePosition(due, order),
    ladderAt: nextRung(due, ladder, calendar)?.at ?? null,
    lastSeq: ticket.lastSeq + 1,
  }
  const after: Ticket = { ...due, ...columns }
  const measured = measuredBy(ticket, after, calendar)
  const drizzle = drizzleOn(tx)
  await together([
    drizzle.update(tickets).set(columns).where(eq(tickets.id, ticket.id)),
    drizzle.insert(activity).values({
      ticketId: ticket.id,
      seq: after.lastSeq,
      at: now,
      actor: made.actor,
      officerId: made.officerId ?? null,
      verb: made.verb,
      facts: made.facts ?? {},
    }),
    measured && drizzle.update(ticketDimensions).set(measured).where(eq(ticketDimensions.ticketId, ticket.id)),
    ...(made.tell ?? []).map(({ to, kind }) => notify(tx, to, kind, ticket.id, now, made.officerId ?? null)),
  ])
  return after
}

/** Activity after `seen`, oldest first; 0 for all. */
export async function activitySince(sql: Sql | Transaction, ticketId: number, seen: number): Promise<ActivityLine[]> {
  const rows = await drizzleOn(sql)
    .select({
      seq: activity.seq,
      at: activity.at,
      actor: activity.actor,
      verb: activity.verb,
      facts: activity.facts,
      officerId: activity.officerId,
      officerName: officers.name,
    })
    .from(activity)
    .leftJoin(officers, eq(officers.id, activity.officerId))
    .where(and(eq(activity.ticketId, ticketId), gt(activity.seq, seen)))
    .orderBy(asc(activity.seq))
  return rows.map(({ officerId, officerName, ...row }) => ({
    ...row,
    actor: row.actor as ActivityLine['actor'],
    facts: row.facts as Record<string, unknown>,
    officer: officerId === null ? null : { id: officerId, name: officerName ?? '' },
  }))
}
