import { bigint, index, pgTable, sql, text, timestamp, uuid } from '../db/drizzle.ts'

const at = (name: string) => timestamp(name, { withTimezone: true })

/** What an officer is told about a ticket: which one and why, nothing of what it says. */
export const officerNotices = pgTable(
  'officer_notices',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    officerId: uuid('officer_id').notNull(),
    ticketId: bigint('ticket_id', { mode: 'number' }).notNull(),
    kind: text('kind').notNull(),
    at: at('at').notNull(),
    /** When the officer saw it in the console. */
    readAt: at('read_at'),
    /** When it was passed on to the officer's chat, or found to have no chat to go to. */
    toldAt: at('told_at'),
  },
  (table) => [
    index('officer_notices_officer').on(table.officerId, table.id),
    index('officer_notices_unread').on(table.officerId, table.id).where(sql`read_at is null`),
    index('officer_notices_untold').on(table.id).where(sql`told_at is null`),
    index('officer_notices_ticket').on(table.ticketId, table.officerId),
    index('officer_notices_at').on(table.at),
  ],
)
