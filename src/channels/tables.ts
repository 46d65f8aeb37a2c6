import { bigint, pgTable, primaryKey, text, timestamp } from '../db/drizzle.ts'

/** What only one process may do at a time. A holder renews until it stops; `until` frees it when the holder was killed. */
export const leases = pgTable('leases', {
  name: text('name').primaryKey(),
  owner: text('owner').notNull(),
  until: timestamp('until', { withTimezone: true }).notNull(),
})

/** Where polling goes on. Moves only after the updates before it are stored; gone once the channel knows of it. */
export const pollingOffsets = pgTable(
  'polling_offsets',
  {
    channel: text('channel').notNull(),
    account: text('account').notNull(),
    nextOffset: bigint('next_offset', { mode: 'number' }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.channel, table.account] })],
)
