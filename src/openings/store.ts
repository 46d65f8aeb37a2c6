import type { Sql, Transaction } from '../db/client.ts'
import {
  and,
  asc,
  desc,
  drizzleOn,
  eq,
  gt,
  gte,
  inArray,
  isNotNull,
  isNull,
  lt,
  lte,
  or,
  type SQL,
  sql,
} from '../db/drizzle.ts'
import { newId } from '../ids.ts'
import { foldWords } from './fitting.ts'
import type { Opening, OpeningFacts, OpeningKind, OpeningStanding } from './opening.ts'
import { openingInterests, openingPlacements, openings } from './tables.ts'

/** More open at one time than this are not looked through for one person. */
const MOST_LOOKED_AT = 2_000
export const PAGE_LENGTH = 50

type Row = typeof openings.$inferSelect

function openingOf(row: Row): Opening {
  const { words: _, listedBy: _by, createdAt: _at, ...opening } = row
  return opening as Opening
}

/** What is still to be had on the day. */
export async function openingsToBeHad(
  on: Sql | Transaction,
  kinds: readonly OpeningKind[],
  day: string,
): Promise<Opening[]> {
  const isOpen = and(isNull(openings.withdrawnAt), lt(openings.seatsTaken, openings.seats), gte(openings.applyBy, day))
  const rows = await drizzleOn(on)
    .select()
    .from(openings)
    .where(and(isOpen, inArray(openings.kind, [...kinds])))
    .orderBy(asc(openings.applyBy), asc(openings.id))
    .limit(MOST_LOOKED_AT)
  return rows.map(openingOf)
}

export interface Wanted {
  words: string
  kind: OpeningKind | null
  standing: OpeningStanding | null
  unitId: string | null
  /** The last one of the page before. */
  after: string | null
}

/** A page of the list, what was touched last first. */
export async function findOpenings(
  on: Sql,
  wanted: Wanted,
  day: string,
): Promise<{ items: Opening[]; next: string | null }> {
  const folded = foldWords(wanted.words)
  const words = folded === '' ? [] : folded.split(' ').map((word) => sql`${openings.words} like ${`%${word}%`}`)
  const [last] =
    wanted.after === null ? [] : await drizzleOn(on).select().from(openings).where(eq(openings.id, wanted.after))
  const isAfter =
    last &&
    or(lt(openings.updatedAt, last.updatedAt), and(eq(openings.updatedAt, last.updatedAt), lt(openings.id, last.id)))
  const rows = await drizzleOn(on)
    .select()
    .from(openings)
    .where(
      and(
        ...words,
        wanted.kind === null ? undefined : eq(openings.kind, wanted.kind),
        wanted.unitId === null ? undefined : eq(openings.unitId, wanted.unitId),
        wanted.standing === null ? undefined : hasStanding(wanted.standing, day),
        isAfter,
      ),
    )
    .orderBy(desc(openings.updatedAt), desc(openings.id))
    .limit(PAGE_LENGTH + 1)
  const items = rows.slice(0, PAGE_LENGTH).map(openingOf)
  return { items, next: rows.length > PAGE_LENGTH ? (items.at(-1)?.id ?? null) : null }
}

function hasStanding(standing: OpeningStanding, day: string): SQL | undefined {
  if (standing === 'withdrawn') return isNotNull(openings.withdrawnAt)
  const isFilled = lte(openings.seats, openings.seatsTaken)
  if (standing === 'filled') return and(isNull(openings.withdrawnAt), isFilled)
  const hasSeats = and(isNull(openings.withdrawnAt), gt(openings.seats, openings.seatsTaken))
  return and(hasSeats, standing === 'lapsed' ? lt(openings.applyBy, day) : gte(openings.applyBy, day))
}

export async function findOpening(on: Sql | Transaction, id: string): Promise<Opening | null> {
  const [row] = await drizzleOn(on).select().from(openings).where(eq(openings.id, id))
  return row ? openingOf(row) : null
}

/** Of a unit, by its own numbers. */
export async function openingsByNumber(
  on: Sql | Transaction,
  unitId: string,
  numbers: readonly string[],
): Promise<Map<string, Opening>> {
  if (numbers.length === 0) return new Map()
  const rows = await drizzleOn(on)
    .select()
    .from(openings)
    .where(and(eq(openings.unitId, unitId), inArray(openings.ownNumber, [...numbers])))
  return new Map(rows.map((row) => [row.ownNumber, openingOf(row)]))
}

/** Lists it, or changes what the unit listed under the same number before; seats given stay given, what was withdrawn stays so. */
export async function keepOpening(
  tx: Transaction,
  unitId: string,
  facts: OpeningFacts,
  officerId: string,
  now: Date,
): Promise<string> {
  const words = foldWords([facts.title, facts.offeredBy, facts.ownNumber].join(' '))
  const values = { ...facts, words, updatedAt: now }
  const [row] = await drizzleOn(tx)
    .insert(openings)
    .values({ ...values, id: newId(), unitId, listedBy: officerId, createdAt: now })
    .onConflictDoUpdate({ target: [openings.unitId, openings.ownNumber], set: values })
    .returning({ id: openings.id })
  if (!row) throw new Error('The opening was not kept')
  return row.id
}

/** `taken-number`: the unit lists another one under this number. `stale`: somebody changed it meanwhile. */
export async function changeOpening(
  tx: Transaction,
  opening: { id: string; updatedAt: Date },
  facts: OpeningFacts,
  now: Date,
): Promise<'done' | 'stale' | 'taken-number'> {
  const [own] = await drizzleOn(tx).select().from(openings).where(eq(openings.id, opening.id)).for('update')
  if (!own || own.updatedAt.getTime() !== opening.updatedAt.getTime()) return 'stale'
  const [other] = await drizzleOn(tx)
    .select({ id: openings.id })
    .from(openings)
    .where(and(eq(openings.unitId, own.unitId), eq(openings.ownNumber, facts.ownNumber)))
  if (other && other.id !== opening.id) return 'taken-number'
  const words = foldWords([facts.title, facts.offeredBy, facts.ownNumber].join(' '))
  await drizzleOn(tx)
    .update(openings)
    .set({ ...facts, words, updatedAt: now })
    .where(eq(openings.id, opening.id))
  return 'done'
}

/** Takes it from the list, or puts it back. Says whether that changed anything. */
export async function withdrawOpening(tx: Transaction, id: string, isWithdrawn: boolean, now: Date): Promise<boolean> {
  const rows = await drizzleOn(tx)
    .update(openings)
    .set({ withdrawnAt: isWithdrawn ? now : null, updatedAt: now })
    .where(and(eq(openings.id, id), isWithdrawn ? isNull(openings.withdrawnAt) : isNotNull(openings.withdrawnAt)))
    .returning({ id: openings.id })
  return rows.length > 0
}

/** What the person of a ticket would like, first said first. */
export async function openingsOfTicket(on: Sql | Transaction, ticketId: number): Promise<Opening[]> {
  const rows = await drizzleOn(on)
    .select({ opening: openings })
    .from(openingInterests)
    .innerJoin(openings, eq(openings.id, openingInterests.openingId))
    .where(eq(openingInterests.ticketId, ticketId))
    .orderBy(asc(openingInterests.at))
  return rows.map(({ opening }) => openingOf(opening))
}

/** How many tickets ask for each. */
export async function countInterests(on: Sql, ids: readonly string[]): Promise<Map<string, number>> {
  if (ids.length === 0) return new Map()
  const rows = await drizzleOn(on)
    .select({ id: openingInterests.openingId, count: sql<number>`count(*)::int` })
    .from(openingInterests)
    .where(inArray(openingInterests.openingId, [...ids]))
    .groupBy(openingInterests.openingId)
  return new Map(rows.map(({ id, count }) => [id, count]))
}

/** The one in which the person of a ticket got a seat. */
export async function openingOfPlacement(on: Sql | Transaction, ticketId: number): Promise<Opening | null> {
  const [row] = await drizzleOn(on)
    .select({ opening: openings })
    .from(openingPlacements)
    .innerJoin(openings, eq(openings.id, openingPlacements.openingId))
    .where(eq(openingPlacements.ticketId, ticketId))
  return row ? openingOf(row.opening) : null
}
