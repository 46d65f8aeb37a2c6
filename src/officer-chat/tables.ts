import { bigint, bytea, date, index, integer, pgTable, primaryKey, sql, text, timestamp, uuid } from '../db/drizzle.ts'

const at = (name: string) => timestamp(name, { withTimezone: true })

/** Where an officer stands in their chat. Goes when the chat is unlinked. */
export const officerChats = pgTable('officer_chats', {
  contactId: uuid('contact_id').primaryKey(),
  officerId: uuid('officer_id').notNull(),
  /** Sealed with the chat's key. Holds no answers of a citizen, only what the officer is about to say. */
  sealedSession: bytea('sealed_session').notNull(),
  usedAt: at('used_at').notNull(),
})

/** Buttons under news: they stay good while the talk moves on. */
export const officerChatActions = pgTable(
  'officer_chat_actions',
  {
    id: text('id').primaryKey(),
    contactId: uuid('contact_id').notNull(),
    /** Null for a button that opens a list. */
    ticketId: bigint('ticket_id', { mode: 'number' }),
    effect: text('effect').notNull(),
    /** The last line of activity that the news rests on. */
    seen: integer('seen').notNull(),
    createdAt: at('created_at').notNull(),
  },
  (table) => [
    index('officer_chat_actions_contact').on(table.contactId),
    index('officer_chat_actions_age').on(table.createdAt),
  ],
)

/** Replies with files, which have to be fetched from the officer's chat first. */
export const officerChatReplies = pgTable(
  'officer_chat_replies',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    contactId: uuid('contact_id').notNull(),
    officerId: uuid('officer_id').notNull(),
    ticketNumber: text('ticket_number').notNull(),
    seen: integer('seen').notNull(),
    /** The words that go with the files, sealed with the key of the officer's chat. */
    sealedText: bytea('sealed_text').notNull(),
    attachmentIds: uuid('attachment_ids').array().notNull(),
    createdAt: at('created_at').notNull(),
  },
  (table) => [index('officer_chat_replies_contact').on(table.contactId)],
)

/** One row for each officer and time: a digest is sent once, however many processes there are. */
export const officerDigests = pgTable(
  'officer_digests',
  {
    officerId: uuid('officer_id').notNull(),
    day: date('day').notNull(),
    /** `07:30`. */
    time: text('time').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.officerId, table.day, table.time] }),
    index('officer_digests_day').on(table.day),
  ],
)

/** What an officer chose for all of their chats. */
export const officerChatChoices = pgTable('officer_chat_choices', {
  officerId: uuid('officer_id').primaryKey(),
  /** Null: digests are wanted. */
  digestOffAt: at('digest_off_at').default(sql`null`),
})
