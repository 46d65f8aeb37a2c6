import { bigint, bytea, index, integer, pgTable, sql, text, timestamp, uniqueIndex, uuid } from '../db/drizzle.ts'

const at = (name: string) => timestamp(name, { withTimezone: true })

/** A person at one address on one channel. The row is also the lock of that person's talk (`for no key update`). */
export const contacts = pgTable(
  'contacts',
  {
    id: uuid('id').primaryKey(),
    channel: text('channel').notNull(),
    account: text('account').notNull(),
    addressHash: bytea('address_hash').notNull(),
    /** Sealed with the person's key. */
    sealedAddress: bytea('sealed_address').notNull(),
    /** The person's key, wrapped by the master key; null once the person was erased. */
    sealedKey: bytea('sealed_key'),
    language: text('language').notNull().default('vi'),
    communeCode: text('commune_code'),
    consentVersion: integer('consent_version'),
    consentAt: at('consent_at'),
    consentRefusedAt: at('consent_refused_at'),
    /** "dừng": no information messages. */
    informationStoppedAt: at('information_stopped_at'),
    /** "dừng tất cả": no duty messages either. Replies to one's own ticket go on. */
    allStoppedAt: at('all_stopped_at'),
    /** The channel said that this address cannot be reached (blocked, left). */
    unreachableAt: at('unreachable_at'),
    /** The ticket whose officer holds the talk; null: the bot speaks. */
    talkTicketId: bigint('talk_ticket_id', { mode: 'number' }),
    /**
     * Joined contacts are one person: all of them bear the id of one of them, whose key seals what the person has in
     * common (the profile). Null: a person by itself. Changes only while the rows of all of them are locked.
     */
    personId: uuid('person_id'),
    createdAt: at('created_at').notNull(),
    erasedAt: at('erased_at'),
  },
  (table) => [
    uniqueIndex('contacts_address').on(table.channel, table.account, table.addressHash),
    // What they left behind is forgotten soon.
    index('contacts_without_consent').on(table.id).where(sql`consent_at is null and erased_at is null`),
    index('contacts_person').on(table.personId).where(sql`person_id is not null`),
    // Whom a message to some communes concerns.
    index('contacts_commune').on(table.communeCode, table.id).where(sql`consent_at is not null and erased_at is null`),
  ],
)

/** Updates stored before they are acknowledged. A handled row stays for the window in which repeats are known. */
export const inbox = pgTable(
  'inbox',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    contactId: uuid('contact_id').notNull(),
    channel: text('channel').notNull(),
    account: text('account').notNull(),
    externalId: text('external_id').notNull(),
    /** Files sent as one on the channel: their updates are gathered and handled as one. */
    album: text('album'),
    /** A `StoredUpdate` sealed with the transit key; null once handled. */
    sealedBody: bytea('sealed_body'),
    receivedAt: at('received_at').notNull(),
    handledAt: at('handled_at'),
    attempts: integer('attempts').notNull().default(0),
    notBefore: at('not_before'),
    /** Given up after repeated failure; kept for a person to look at. */
    failedAt: at('failed_at'),
  },
  (table) => [
    uniqueIndex('inbox_once').on(table.channel, table.account, table.externalId),
    index('inbox_waiting').on(table.contactId, table.id).where(sql`handled_at is null and failed_at is null`),
    index('inbox_order').on(table.id).where(sql`handled_at is null and failed_at is null`),
    index('inbox_failed').on(table.failedAt).where(sql`failed_at is not null`),
    index('inbox_handled').on(table.handledAt).where(sql`handled_at is not null`),
  ],
)

/** The talk in both directions, sealed with the person's key. */
export const messages = pgTable(
  'messages',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    contactId: uuid('contact_id').notNull(),
    /** `citizen`, `bot`, `officer`, `note`; `desk`: said to an officer in their own chat. */
    author: text('author').notNull(),
    officerId: uuid('officer_id'),
    ticketId: bigint('ticket_id', { mode: 'number' }),
    sealedBody: bytea('sealed_body').notNull(),
    /** The channel's id of the message, for quotes. */
    externalId: text('external_id'),
    /** Why it did not reach its person; null: it did, or nobody knows yet. Kept longer than the outbox keeps its rows. */
    undelivered: text('undelivered'),
    createdAt: at('created_at').notNull(),
  },
  (table) => [
    index('messages_talk').on(table.contactId, table.id),
    index('messages_ticket').on(table.ticketId, table.id).where(sql`ticket_id is not null`),
    index('messages_age').on(table.createdAt).where(sql`ticket_id is null`),
    index('messages_desk').on(table.id).where(sql`author = 'desk'`),
  ],
)

/** When something last came in, by channel; written every few seconds by every process. */
export const lastUpdates = pgTable('last_updates', {
  channel: text('channel').primaryKey(),
  lastAt: at('last_at').notNull(),
})

/** When each piece of recurring work is due next, over all processes. */
export const recurring = pgTable('recurring', {
  name: text('name').primaryKey(),
  nextRunAt: at('next_run_at').notNull(),
})
