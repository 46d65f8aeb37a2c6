import { bigint, bytea, index, integer, pgTable, sql, text, timestamp, uuid } from '../db/drizzle.ts'

const at = (name: string) => timestamp(name, { withTimezone: true })

/** Papers and photos. What is in them lies in the store, sealed with the person's key. Fetched after the step that named them. */
export const attachments = pgTable(
  'attachments',
  {
    id: uuid('id').primaryKey(),
    contactId: uuid('contact_id').notNull(),
    ticketId: bigint('ticket_id', { mode: 'number' }),
    channel: text('channel').notNull(),
    account: text('account').notNull(),
    /** The channel's file id, sealed; null when uploaded straight to us. */
    sealedExternalId: bytea('sealed_external_id'),
    mediaType: text('media_type'),
    sizeBytes: integer('size_bytes'),
    /** Its name in the store; null while it is not fetched. When the row goes, so does the file. */
    storedName: text('stored_name'),
    /** Where contents were kept before there was a store: moved there by and by, and never filled again. */
    sealedContent: bytea('sealed_content'),
    createdAt: at('created_at').notNull(),
    fetchedAt: at('fetched_at'),
    /** Why there is no content: `too-large`, `gone`, `wrong-type`. */
    failure: text('failure'),
    /** Which awaited papers of the ticket it was taken for, sealed: they are awaited again when it cannot be kept. */
    sealedPapers: bytea('sealed_papers'),
    attempts: integer('attempts').notNull().default(0),
    leaseUntil: at('lease_until'),
  },
  (table) => [
    index('attachments_ticket').on(table.ticketId).where(sql`ticket_id is not null`),
    index('attachments_contact').on(table.contactId),
    index('attachments_age').on(table.createdAt).where(sql`ticket_id is null`),
    index('attachments_to_fetch').on(table.createdAt).where(sql`fetched_at is null and failure is null`),
    index('attachments_stored').on(table.storedName).where(sql`stored_name is not null`),
    index('attachments_to_move').on(table.id).where(sql`sealed_content is not null`),
  ],
)

/** Files that may go from the store: written by a trigger when the row of one goes, in the same transaction. */
export const attachmentsToRemove = pgTable('attachments_to_remove', {
  id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
  name: text('name').notNull(),
})

/** Files that the office sends to many: sealed with the key of the service, since they are nobody's own. */
export const officeFiles = pgTable('office_files', {
  id: uuid('id').primaryKey(),
  mediaType: text('media_type').notNull(),
  sizeBytes: integer('size_bytes').notNull(),
  sealedContent: bytea('sealed_content').notNull(),
  keptBy: uuid('kept_by').notNull(),
  keptAt: at('kept_at').notNull(),
})

/** The folder that this database keeps its files in: the id is written there too, so that a wrong one is noticed. */
export const attachmentFolder = pgTable('attachment_folder', {
  id: uuid('id').primaryKey(),
})
