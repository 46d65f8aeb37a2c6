import { attachments } from '../attachments/tables.ts'
import { localDay } from '../clock.ts'
import type { Transaction } from '../db/client.ts'
import { and, drizzleOn, eq, gte, inArray, isNull } from '../db/drizzle.ts'
import { messages } from '../messaging/tables.ts'
import { notify } from '../notices/notify.ts'
import { type Key, sealJson } from '../secrets.ts'
import { route, routeToUnit } from '../territory/route.ts'
import { assignFiled } from './assign.ts'
import { dimensionsOf, factsOfAnswers, isAnythingKnown } from './dimensions.ts'
import { nextRung } from './ladder.ts'
import { readTicketRow, type Ticket } from './locked-ticket.ts'
import { priorityGroupsOf, queuePosition } from './queue-order.ts'
import { hashesOfAnswers, ticketNumber } from './search-terms.ts'
import type { AnswerLine, DeskServices } from './services.ts'
import { activity, ticketDimensions, tickets } from './tables.ts'
import { nextPromise, resultDue } from './ticket.ts'
import { whoIsWoken } from './who-is-woken.ts'

export interface TicketDraft {
  /** Null when an officer files it for somebody without a chat. */
  contact: { id: string; key: Key } | null
  topic: string
  requestType: string
  urgent: boolean
  communeCode: string | null
  answers: readonly AnswerLine[]
  /** What the request told of the person, as facts; left out: read from the answers. */
  facts?: Readonly<Record<string, unknown>> | undefined
  screeningId: string | null
  /** The unit that gets it, whoever else would take the topic. */
  unitId?: string | undefined
  /** The unit complained of, or `unknown`: makes it a complaint. */
  complaintAbout?: string | undefined
  /** The first message of the talk that belongs to the request; everything since then goes on the ticket. */
  talkFromMessageId?: number | null | undefined
  /** Papers sent with the request; those sent since `talkFromMessageId` are found by themselves. */
  attachmentIds?: readonly string[] | undefined
  /** The officer who filed it. */
  filedBy?: string | undefined
}

export interface FiledTicket {
  id: number
  number: string
  unitName: Record<'vi' | 'en', string>
  dueAt: Date
  /** The promised day of the result, `YYYY-MM-DD`. */
  resultBy: string
}

/** Files a ticket with the unit that the routing of the day names, and starts its clock. The caller holds the contact's lock. */
export async function fileTicket(
  tx: Transaction,
  services: DeskServices,
  draft: TicketDraft,
  now: Date,
): Promise<FiledTicket> {
  const { territory, calendars, secrets } = services
  const asked = {
    topic: draft.topic,
    commune: draft.communeCode,
    day: localDay(now),
    complaintAbout: draft.complaintAbout,
  }
  const routed = draft.unitId === undefined ? route(territory, asked) : routeToUnit(territory, asked, draft.unitId)
  const calendar = calendars.of(routed.unit.id)
  const { order, ladder } = territory.routing
  const own = draft.contact === null ? secrets.newPersonKey() : null
  const key = draft.contact?.key ?? own?.key
  if (key === undefined) throw new Error('A ticket needs a key to seal its answers')
  const clock = {
    status: 'open' as const,
    urgent: draft.urgent,
    createdAt: now,
    firstAnsweredAt: null,
    pausedMinutes: 0,
    promises: routed.promises,
  }
  const next = nextPromise(clock, calendar)
  if (next.dueAt === null) throw new Error('A new ticket has a deadline')
  const facts = draft.facts ?? factsOfAnswers(draft.answers)
  const priorityGroups = priorityGroupsOf(facts, order)
  const number = await nextNumber(tx, now)
  const drizzle = drizzleOn(tx)
  const [row] = await drizzle
    .insert(tickets)
    .values({
      ...clock,
      ...next,
      priorityGroups,
      queuePosition: queuePosition({ ...next, urgent: draft.urgent, priorityGroups }, order),
      ladderAt: nextRung({ ...next, warnedAt: null, escalationLevel: 0 }, ladder, calendar)?.at ?? null,
      number,
      contactId: draft.contact?.id ?? null,
      topic: draft.topic,
      requestType: draft.requestType,
      communeCode: draft.communeCode,
      unitId: routed.unit.id,
      departmentId: routed.department.id,
      escalationUnitId: routed.escalation.id,
      complaintAbout: draft.complaintAbout ?? null,
      routingReason: routed.reason,
      routingBasis: routed.basis,
      sealedAnswers: sealJson(key, draft.answers),
      sealedKey: own?.sealed ?? null,
      screeningId: draft.screeningId,
      filedBy: draft.filedBy ?? null,
      lastSeq: 1,
      searchHashes: hashesOfAnswers(secrets, draft.answers),
      spokenAt: now,
    })
    .returning()
  if (!row) throw new Error('The ticket was not stored')
  await drizzle.insert(activity).values({
    ticketId: row.id,
    seq: 1,
    at: now,
    actor: draft.filedBy === undefined ? 'citizen' : 'officer',
    officerId: draft.filedBy ?? null,
    verb: 'filed',
    facts: { unit: routed.unit.id, urgent: draft.urgent },
  })
  const dimensions = dimensionsOf(facts)
  if (isAnythingKnown(dimensions)) {
    await drizzle.update(ticketDimensions).set(dimensions).where(eq(ticketDimensions.ticketId, row.id))
  }
  if (draft.contact !== null) await bringTalk(tx, draft.contact.id, row.id, draft)
  await tellOfNewTicket(tx, await assignFiled(tx, services, readTicketRow(row), now), draft.filedBy, now)
  const resultBy = localDay(resultDue(clock, calendar))
  return { id: row.id, number, unitName: routed.unit.name, dueAt: next.dueAt, resultBy }
}

/** Urgent tickets reach who is on call at any hour, and the head of the unit at once. */
async function tellOfNewTicket(tx: Transaction, ticket: Ticket, filedBy: string | undefined, now: Date): Promise<void> {
  const unit = { unitId: ticket.unitId, day: localDay(now) }
  const by = filedBy ?? null
  if (!ticket.urgent) {
    if (ticket.assigneeId === null) await notify(tx, { ...unit, who: 'handling' }, 'new_ticket', ticket.id, now, by)
    return
  }
  await notify(tx, await whoIsWoken(tx, ticket, now), 'urgent', ticket.id, now, by)
}

async function nextNumber(tx: Transaction, now: Date): Promise<string> {
  const [row] = await tx<{ count: number }[]>`select nextval('ticket_number') as count`
  if (!row) throw new Error('The sequence of ticket numbers gave none')
  return ticketNumber(Number(localDay(now).slice(0, 4)), row.count)
}

/** Puts the talk and the papers of the request on the ticket. */
async function bringTalk(tx: Transaction, contactId: string, ticketId: number, draft: TicketDraft): Promise<void> {
  const drizzle = drizzleOn(tx)
  const onThisTicket = { ticketId }
  if (draft.talkFromMessageId) {
    const isFree = and(eq(messages.contactId, contactId), isNull(messages.ticketId))
    const moved = await drizzle
      .update(messages)
      .set(onThisTicket)
      .where(and(isFree, gte(messages.id, draft.talkFromMessageId)))
      .returning({ createdAt: messages.createdAt })
    const since = moved.reduce<Date | null>(
      (first, row) => (first && first < row.createdAt ? first : row.createdAt),
      null,
    )
    if (since) {
      const isLoose = and(eq(attachments.contactId, contactId), isNull(attachments.ticketId))
      await drizzle
        .update(attachments)
        .set(onThisTicket)
        .where(and(isLoose, gte(attachments.createdAt, since)))
    }
  }
  if (draft.attachmentIds && draft.attachmentIds.length > 0) {
    await drizzle
      .update(attachments)
      .set(onThisTicket)
      .where(and(eq(attachments.contactId, contactId), inArray(attachments.id, [...draft.attachmentIds])))
  }
}
