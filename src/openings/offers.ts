import type { Sql, Transaction } from '../db/client.ts'
import { and, desc, drizzleOn, eq, gte } from '../db/drizzle.ts'
import { newActionId } from '../ids.ts'
import { type Key, openJson, sealJson } from '../secrets.ts'
import { foldWords } from './fitting.ts'
import { type Wish, wishSchema } from './opening.ts'
import { openingOffers, openings } from './tables.ts'

const DAY_MS = 86_400_000
/** Buttons that nobody tapped for so long are forgotten; openings seldom stay open longer. */
const KEPT_DAYS = 60
/** Typed words mean a button that was shown so recently. */
const TYPED_DAYS = 3
const BEGINS_SO = /^(?:quan tam|xem|interested|see|more)\b/

export interface Offers {
  contact: { id: string; key: Key }
  ticketId: number | null
  topic: string
  wish: Wish
  /** `openingId` null: the way to `page`. `words`: what a person may type instead. */
  buttons: readonly { openingId: string | null; page: number; words: string }[]
}

/** Keeps what the buttons of one message mean; their ids, in order. */
export async function keepOffers(
  tx: Transaction,
  { contact, ticketId, topic, wish, buttons }: Offers,
  now: Date,
): Promise<string[]> {
  const rows = buttons.map((button) => ({
    id: newActionId(),
    contactId: contact.id,
    openingId: button.openingId,
    ticketId,
    topic,
    sealedWish: sealJson(contact.key, wish),
    page: button.page,
    words: foldWords(button.words),
    createdAt: now,
  }))
  await drizzleOn(tx).insert(openingOffers).values(rows)
  return rows.map(({ id }) => id)
}

/** What a person did with an opening that was shown to them. */
export type OpeningTap =
  | { kind: 'interested'; openingId: string; title: string; ticketId: number | null; topic: string }
  | { kind: 'more'; wish: Wish; page: number; ticketId: number | null; topic: string }

/** The meaning of a tapped button, or of the words typed in its place; null when it is none of this person's. */
export async function takeOffer(
  tx: Transaction,
  contact: { id: string; key: Key },
  said: { actionId: string } | { words: string },
  now: Date,
): Promise<OpeningTap | null> {
  const isTheirs = eq(openingOffers.contactId, contact.id)
  const words = 'words' in said ? foldWords(said.words.slice(0, 60)) : ''
  if ('words' in said && !BEGINS_SO.test(words)) return null
  const since = new Date(now.getTime() - TYPED_DAYS * DAY_MS)
  const isMeant =
    'words' in said
      ? and(isTheirs, eq(openingOffers.words, words), gte(openingOffers.createdAt, since))
      : and(isTheirs, eq(openingOffers.id, said.actionId))
  const [row] = await drizzleOn(tx)
    .select({ offer: openingOffers, title: openings.title })
    .from(openingOffers)
    .leftJoin(openings, eq(openings.id, openingOffers.openingId))
    .where(isMeant)
    .orderBy(desc(openingOffers.createdAt))
    .limit(1)
  if (!row) return null
  const { openingId, ticketId, topic, page, sealedWish } = row.offer
  if (openingId !== null) return { kind: 'interested', openingId, title: row.title ?? '', ticketId, topic }
  return { kind: 'more', wish: wishSchema.parse(openJson(contact.key, sealedWish)), page, ticketId, topic }
}

/** Recurring: old buttons go, and after a day those of people who did not consent. */
export async function forgetOffers(sql: Sql, now: Date): Promise<void> {
  const before = (days: number) => new Date(now.getTime() - days * DAY_MS)
  await sql`delete from opening_offers where created_at < ${before(KEPT_DAYS)}`
  await sql`delete from opening_offers o using contacts c
    where c.id = o.contact_id and c.consent_at is null and o.created_at < ${before(1)}`
}
