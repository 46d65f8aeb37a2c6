import { bigint, bytea, index, integer, pgTable, text, timestamp, uuid } from '../db/drizzle.ts'

const at = (name: string) => timestamp(name, { withTimezone: true })

/** Where one contact stands in a conversation. Answers are sealed with the person's key. */
export const sessions = pgTable('sessions', {
  contactId: uuid('contact_id').primaryKey(),
  flow: text('flow').notNull(),
  flowVersion: integer('flow_version').notNull(),
  step: text('step').notNull(),
  sealedSession: bytea('sealed_session').notNull(),
  updatedAt: at('updated_at').notNull(),
})

/** Determinations as they were shown, with facts, day and rule versions, so that they can be replayed. */
export const screenings = pgTable(
  'screenings',
  {
    id: uuid('id').primaryKey(),
    contactId: uuid('contact_id').notNull(),
    ticketId: bigint('ticket_id', { mode: 'number' }),
    day: text('day').notNull(),
    sealedScreening: bytea('sealed_screening').notNull(),
    createdAt: at('created_at').notNull(),
  },
  (table) => [index('screenings_contact').on(table.contactId)],
)
