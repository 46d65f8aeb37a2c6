import { bigint, index, pgTable, primaryKey, timestamp, uuid } from '../db/drizzle.ts'

/** Who has a ticket open just now. A row says so until its lease ends; it survives no crash of the database and need not. */
export const ticketPresence = pgTable(
  'ticket_presence',
  {
    ticketId: bigint('ticket_id', { mode: 'number' }).notNull(),
    officerId: uuid('officer_id').notNull(),
    until: timestamp('until', { withTimezone: true }).notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.ticketId, table.officerId] }),
    index('ticket_presence_until').on(table.until),
  ],
)
