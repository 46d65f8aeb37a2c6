import { bytea, index, integer, pgTable, sql, text, timestamp, uniqueIndex, uuid } from '../db/drizzle.ts'

const at = (name: string) => timestamp(name, { withTimezone: true })

/** One-time codes by a keyed hash. Each belongs to a contact or to an officer, who has one at a time. */
export const linkCodes = pgTable(
  'link_codes',
  {
    codeHash: bytea('code_hash').primaryKey(),
    contactId: uuid('contact_id'),
    officerId: uuid('officer_id'),
    createdAt: at('created_at').notNull(),
    expiresAt: at('expires_at').notNull(),
  },
  (table) => [
    uniqueIndex('link_codes_contact').on(table.contactId).where(sql`contact_id is not null`),
    uniqueIndex('link_codes_officer').on(table.officerId).where(sql`officer_id is not null`),
    index('link_codes_expiry').on(table.expiresAt),
  ],
)

/** Wrong codes of late: of one contact (its id) and of all who are on one channel (`channel:web`). */
export const linkTries = pgTable(
  'link_tries',
  {
    scope: text('scope').primaryKey(),
    count: integer('count').notNull(),
    /** The count begins anew after this. */
    until: at('until').notNull(),
  },
  (table) => [index('link_tries_until').on(table.until)],
)

/** Chat accounts of officers. A contact belongs to one officer at most; an officer may have several. */
export const officerContacts = pgTable(
  'officer_contacts',
  {
    contactId: uuid('contact_id').primaryKey(),
    officerId: uuid('officer_id').notNull(),
    linkedAt: at('linked_at').notNull(),
  },
  (table) => [index('officer_contacts_officer').on(table.officerId)],
)
