import {
  bigint,
  bytea,
  date,
  index,
  integer,
  pgTable,
  primaryKey,
  smallint,
  sql,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from '../db/drizzle.ts'

const at = (name: string) => timestamp(name, { withTimezone: true })

/** Vacancies and courses. Whether one is filled or lapsed follows from its seats and the day. */
export const openings = pgTable(
  'openings',
  {
    id: uuid('id').primaryKey(),
    /** The unit that lists it. */
    unitId: text('unit_id').notNull(),
    ownNumber: text('own_number').notNull(),
    /** `vacancy` or `course`. */
    kind: text('kind').notNull(),
    title: text('title').notNull(),
    trade: text('trade').notNull(),
    offeredBy: text('offered_by').notNull(),
    area: text('area').notNull(),
    communeCode: text('commune_code'),
    payWords: text('pay_words'),
    /** Đồng. */
    payFrom: bigint('pay_from', { mode: 'number' }),
    payTo: bigint('pay_to', { mode: 'number' }),
    payUnit: text('pay_unit'),
    seats: integer('seats').notNull(),
    seatsTaken: integer('seats_taken').notNull().default(0),
    requirements: text('requirements'),
    startsOn: date('starts_on'),
    applyBy: date('apply_by').notNull(),
    contact: text('contact').notNull(),
    /** Folded words of title, employer and number. */
    words: text('words').notNull(),
    withdrawnAt: at('withdrawn_at'),
    listedBy: uuid('listed_by').notNull(),
    createdAt: at('created_at').notNull(),
    updatedAt: at('updated_at').notNull(),
  },
  (table) => [
    uniqueIndex('openings_own_number').on(table.unitId, table.ownNumber),
    index('openings_listed').on(table.updatedAt, table.id),
    index('openings_unit').on(table.unitId, table.updatedAt, table.id),
    // What is shown in chat.
    index('openings_to_be_had').on(table.kind, table.applyBy).where(sql`withdrawn_at is null and seats_taken < seats`),
  ],
)

/** Who would like an opening, by their ticket. */
export const openingInterests = pgTable(
  'opening_interests',
  {
    ticketId: bigint('ticket_id', { mode: 'number' }).notNull(),
    openingId: uuid('opening_id').notNull(),
    at: at('at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.ticketId, table.openingId] }),
    index('opening_interests_opening').on(table.openingId),
  ],
)

/** The seat that a ticket ended with. */
export const openingPlacements = pgTable(
  'opening_placements',
  {
    ticketId: bigint('ticket_id', { mode: 'number' }).primaryKey(),
    openingId: uuid('opening_id').notNull(),
    at: at('at').notNull(),
  },
  (table) => [index('opening_placements_opening').on(table.openingId)],
)

/** Buttons under openings that were shown in a chat: they stay good while the talk moves on. */
export const openingOffers = pgTable(
  'opening_offers',
  {
    id: text('id').primaryKey(),
    contactId: uuid('contact_id').notNull(),
    /** Null: the way to the next page. */
    openingId: uuid('opening_id'),
    /** The ticket for which they were shown. */
    ticketId: bigint('ticket_id', { mode: 'number' }),
    topic: text('topic').notNull(),
    /** What is looked for, sealed with the person's key. */
    sealedWish: bytea('sealed_wish').notNull(),
    page: smallint('page').notNull(),
    /** Folded words that mean the same as the button. */
    words: text('words').notNull(),
    createdAt: at('created_at').notNull(),
  },
  (table) => [
    index('opening_offers_contact').on(table.contactId, table.words),
    index('opening_offers_age').on(table.createdAt),
  ],
)
