import { join } from 'node:path'
import { ZALO_FILES } from '../../src/channels/zalo/uploads.ts'
import type { Sql } from '../../src/db/client.ts'
import { drizzleOn, eq } from '../../src/db/drizzle.ts'
import { createCalendars } from '../../src/desk/calendars.ts'
import { type FiledTicket, fileTicket, type TicketDraft } from '../../src/desk/file-ticket.ts'
import { readTicketRow, type Ticket } from '../../src/desk/locked-ticket.ts'
import { readCalendar } from '../../src/desk/read-calendar.ts'
import type { DeskServices } from '../../src/desk/services.ts'
import { tickets, unitSettings } from '../../src/desk/tables.ts'
import { loadTexts } from '../../src/i18n.ts'
import { newId } from '../../src/ids.ts'
import { contacts, messages } from '../../src/messaging/tables.ts'
import type { Officer, Role } from '../../src/officers/permissions.ts'
import { officers } from '../../src/officers/tables.ts'
import { createSecrets, type Key, openJson, seal, sealJson } from '../../src/secrets.ts'
import { readTerritory } from '../../src/territory/read-territory.ts'
import { aStore } from '../support/store.ts'

const root = join(import.meta.dirname, '../..')

/** What was read; throws with the faults when the definitions are not sound. */
export function sound<Value>(read: { value: Value } | { faults: unknown[] }): Value {
  if ('faults' in read) throw new Error(JSON.stringify(read.faults))
  return read.value
}

/** A Monday at 8 in the morning, in Hưng Yên, with an ordinary week before it. */
export const MONDAY = new Date('2026-11-23T08:00:00+07:00')

export function hoursLater(hours: number, from: Date = MONDAY): Date {
  return new Date(from.getTime() + hours * 3_600_000)
}

export const calendarBook = sound(readCalendar(join(root, 'flows')))

export const desk: DeskServices = {
  territory: sound(readTerritory(join(root, 'flows'))),
  calendars: createCalendars(calendarBook),
  texts: loadTexts(join(root, 'locales')),
  secrets: createSecrets(Buffer.alloc(32, 7)),
  store: aStore(),
  fileLimits: (channel) => (channel === 'zalo' ? ZALO_FILES : null),
}

/** The desk of ward Phố Hiến, and the department over its health matters. */
export const COMMUNE = desk.territory.places.find((place) => place.name === 'Phố Hiến' && place.to === null)?.code ?? ''
export const COMMUNE_UNIT = `xa_${COMMUNE}`
export const DEPARTMENT = 'so_y_te'

export interface TestContact {
  id: string
  key: Key
}

export async function aContact(sql: Sql, options: { language?: 'vi' | 'en' } = {}): Promise<TestContact> {
  const { key, sealed } = desk.secrets.newPersonKey()
  const id = newId()
  await drizzleOn(sql)
    .insert(contacts)
    .values({
      id,
      channel: 'web',
      account: 'web',
      addressHash: desk.secrets.keyedHash('address', id),
      sealedAddress: seal(key, Buffer.from(id)),
      sealedKey: sealed,
      language: options.language ?? 'vi',
      createdAt: MONDAY,
    })
  return { id, key }
}

/** Words of a citizen, as the engine stores them before the desk hears of them. */
export async function aMessage(sql: Sql, contact: TestContact, text: string, at: Date = MONDAY): Promise<number> {
  const [row] = await drizzleOn(sql)
    .insert(messages)
    .values({
      contactId: contact.id,
      author: 'citizen',
      sealedBody: sealJson(contact.key, { text, actions: [], attachmentIds: [] }),
      createdAt: at,
    })
    .returning({ id: messages.id })
  return row?.id ?? 0
}

export async function anOfficer(
  sql: Sql,
  options: { unitId?: string | null; roles?: Role[]; name?: string; username?: string } = {},
): Promise<Officer> {
  const id = newId()
  const officer: Officer = {
    id,
    username: options.username ?? `officer-${id}`,
    name: options.name ?? 'Trần Văn Cán Bộ',
    roles: options.roles ?? ['commune_officer'],
    unitId: options.unitId === undefined ? COMMUNE_UNIT : options.unitId,
  }
  await drizzleOn(sql)
    .insert(officers)
    .values({ ...officer, roles: [...officer.roles], passwordHash: 'none:none', createdAt: MONDAY })
  return officer
}

/** Units in which officers take work themselves, however many they are. */
export async function workByHand(sql: Sql, ...unitIds: string[]): Promise<void> {
  const settings = unitIds.map((unitId) => ({ unitId, assignment: 'by_hand', setBy: newId(), setAt: MONDAY }))
  await drizzleOn(sql).insert(unitSettings).values(settings).onConflictDoNothing()
}

/** A ticket about a health-insurance card, filed on Monday morning with the commune's desk. */
export async function aTicket(
  sql: Sql,
  contact: TestContact | null,
  options: Partial<TicketDraft> & { at?: Date } = {},
): Promise<FiledTicket> {
  const { at = MONDAY, ...draft } = options
  return sql.begin((tx) =>
    fileTicket(
      tx,
      desk,
      {
        contact,
        topic: 'health_insurance',
        requestType: 'general',
        urgent: false,
        communeCode: COMMUNE,
        answers: [{ id: 'full_name', label: 'Họ tên', value: 'Nguyễn Thị Đào' }],
        screeningId: null,
        ...draft,
      },
      at,
    ),
  )
}

export async function ticketNow(sql: Sql, number: string): Promise<Ticket> {
  const [row] = await drizzleOn(sql).select().from(tickets).where(eq(tickets.number, number))
  if (!row) throw new Error(`No ticket ${number}`)
  return readTicketRow(row)
}

/** The texts waiting to leave to a person, oldest first. */
export async function wordsTo(sql: Sql, contact: TestContact): Promise<string[]> {
  const rows = await sql<{ sealed: Buffer }[]>`
    select m.sealed_body as sealed from outbox o join messages m on m.id = o.message_id
    where o.contact_id = ${contact.id} and o.state = 'waiting' order by o.id`
  return rows.map((row) => (openJson(contact.key, row.sealed) as { text: string }).text)
}

/** Which ticket's officer holds a person's talk. */
export async function talkOf(sql: Sql, contact: TestContact): Promise<number | null> {
  const [row] = await drizzleOn(sql).select().from(contacts).where(eq(contacts.id, contact.id))
  return row?.talkTicketId ?? null
}
