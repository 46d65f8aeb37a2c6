import { bigint, bytea, date, index, integer, pgTable, sql, text, timestamp, uuid } from '../db/drizzle.ts'

const at = (name: string) => timestamp(name, { withTimezone: true })

/** Where one contact stands in a conversation. Answers are sealed with the person's key. */
export const sessions = pgTable(
  'sessions',
  {
    contactId: uuid('contact_id').primaryKey(),
    flow: text('flow').notNull(),
    flowVersion: integer('flow_version').notNull(),
    step: text('step').notNull(),
    sealedSession: bytea('sealed_session').notNull(),
    updatedAt: at('updated_at').notNull(),
    /** The day of `updatedAt`. An index on the instant itself would be written anew with every step of a talk. */
    updatedOn: date('updated_on').generatedAlwaysAs(sql`(updated_at at time zone 'UTC')::date`),
  },
  (table) => [index('sessions_idle').on(table.updatedOn)],
)

/** Determinations as they were shown, with facts, day and rule versions, so that they can be replayed. */
export const screenings = pgTable(
  'screenings',
  {
    id: uuid('id').primaryKey(),
    /** Null when an officer made it for somebody at the counter. */
    contactId: uuid('contact_id'),
    ticketId: bigint('ticket_id', { mode: 'number' }),
    day: text('day').notNull(),
    sealedScreening: bytea('sealed_screening').notNull(),
    createdAt: at('created_at').notNull(),
  },
  (table) => [
    index('screenings_contact').on(table.contactId),
    index('screenings_age').on(table.createdAt).where(sql`ticket_id is null`),
  ],
)
