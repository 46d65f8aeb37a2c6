import type { Sql } from '../db/client.ts'
import { list } from '../db/list.ts'
import type { Language } from '../i18n.ts'
import { type Officer, standingOf } from '../officers/permissions.ts'
import type { Ticket } from './locked-ticket.ts'
import { isOverdue, type TicketStatus } from './ticket.ts'

export interface RelatedTicket {
  number: string
  topic: string
  status: TicketStatus
  /** Whether this ticket may go on in that one. */
  mayTakeIn: boolean
}

export interface Related {
  /** The ticket in which this one goes on. */
  mergedInto: string | null
  /** Duplicates that go on here. */
  tookIn: string[]
  /** Other tickets of the same person, or, without a chat, of somebody of the same name and phone; the latest first. */
  others: RelatedTicket[]
  /** The citizen's. */
  language: Language
}

const MOST = 20

interface Row {
  number: string
  topic: string
  status: TicketStatus
  unitId: string
  offeredUnitId: string | null
  departmentId: string | null
  escalationUnitId: string | null
  complaintAbout: string | null
  dueAt: Date | null
  pausedAt: Date | null
  mergedInto: number | null
}

/** What an officer should know of besides the ticket itself; only of what they may see. */
export async function relatedTickets(sql: Sql, officer: Officer, ticket: Ticket, now: Date): Promise<Related> {
  const ofPerson =
    ticket.contactId === null
      ? sql`t.contact_id is null and cardinality(${list(sql, ticket.searchHashes)}::text[]) > 0
          and t.search_hashes @> ${list(sql, ticket.searchHashes)}::text[]`
      : sql`t.contact_id in (
          select other.id from contacts own join contacts other on other.id = own.id or other.person_id = own.person_id
          where own.id = ${ticket.contactId})`
  const [rows, joined, contact] = await Promise.all([
    // Kept apart, so that the person's few are found first and then sorted, not looked for along all tickets.
    sql<Row[]>`
      with own as materialized (select t.* from tickets t where ${ofPerson} and t.id <> ${ticket.id})
      select t.number, t.topic, t.status, t.unit_id as "unitId", t.offered_unit_id as "offeredUnitId",
        t.department_id as "departmentId", t.escalation_unit_id as "escalationUnitId",
        t.complaint_about as "complaintAbout", t.due_at as "dueAt", t.paused_at as "pausedAt",
        t.merged_into as "mergedInto"
      from own t order by t.id desc limit ${MOST}`,
    sql<{ number: string; isMain: boolean }[]>`
      select number, id = ${ticket.mergedInto} as "isMain" from tickets
      where merged_into = ${ticket.id} or id = ${ticket.mergedInto} order by id`,
    ticket.contactId === null
      ? []
      : sql<{ language: string }[]>`select language from contacts where id = ${ticket.contactId}`,
  ])
  const seen = rows.filter((row) => standingOf(officer, { ...row, isOverdue: isOverdue(row, now) }) !== null)
  return {
    mergedInto: joined.find(({ isMain }) => isMain)?.number ?? null,
    tookIn: joined.filter(({ isMain }) => !isMain).map(({ number }) => number),
    others: seen.map(({ number, topic, status, mergedInto, complaintAbout }) => ({
      number,
      topic,
      status,
      mayTakeIn:
        mergedInto === null && status !== 'resolved' && status !== 'closed' && complaintAbout === ticket.complaintAbout,
    })),
    language: contact[0]?.language === 'en' ? 'en' : 'vi',
  }
}
