import { bytea, date, index, pgTable, timestamp, uuid } from '../db/drizzle.ts'

/** What a person let us keep of their household, one sealed row a contact. Nothing here without consent. */
export const profiles = pgTable(
  'profiles',
  {
    contactId: uuid('contact_id').primaryKey(),
    sealedProfile: bytea('sealed_profile').notNull(),
    /** The last day on which anything in it may be used. */
    keptUntil: date('kept_until').notNull(),
    updatedAt: timestamp('updated_at', { withTimezone: true }).notNull(),
  },
  (table) => [index('profiles_kept_until').on(table.keptUntil)],
)
