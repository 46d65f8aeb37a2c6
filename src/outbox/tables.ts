import {
  bigint,
  doublePrecision,
  index,
  integer,
  pgTable,
  primaryKey,
  sql,
  text,
  timestamp,
  uuid,
} from '../db/drizzle.ts'

const at = (name: string) => timestamp(name, { withTimezone: true })

/**
 * Messages waiting to leave. The row is written while the contact is locked, so its id gives the order in which one
 * contact's messages leave. `state`: waiting, delivered, refused, dropped (an officer took over, or a person gave it up),
 * parked (the channel said what nobody foresaw: put aside for a person), uncertain (bulk whose outcome is not known; never
 * sent again by itself).
 */
export const outbox = pgTable(
  'outbox',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    contactId: uuid('contact_id').notNull(),
    messageId: bigint('message_id', { mode: 'number' }).notNull(),
    channel: text('channel').notNull(),
    account: text('account').notNull(),
    /** `talk` is sent again when the outcome is not known, `bulk` never. */
    sendClass: text('send_class').notNull(),
    /** `bot`, `officer` or `desk`. */
    author: text('author').notNull(),
    /** 0 before 1: talk goes before bulk. */
    priority: integer('priority').notNull(),
    state: text('state').notNull().default('waiting'),
    notBefore: at('not_before').notNull(),
    attempts: integer('attempts').notNull().default(0),
    /** By the clock of the database: several machines take part, and theirs differ. */
    leaseUntil: at('lease_until'),
    /** Parts of a long message that left already. */
    partsSent: integer('parts_sent').notNull().default(0),
    /** An officer took the talk over while the bot's message was on its way: once back, it is not sent again. */
    withdrawnAt: at('withdrawn_at'),
    failure: text('failure'),
    createdAt: at('created_at').notNull(),
    settledAt: at('settled_at'),
  },
  (table) => [
    index('outbox_waiting').on(table.channel, table.account, table.priority, table.id).where(sql`state = 'waiting'`),
    index('outbox_contact').on(table.contactId, table.id).where(sql`state = 'waiting'`),
    // What left to one contact of late, and what came of its messages.
    index('outbox_contact_settled').on(table.contactId, table.settledAt).where(sql`settled_at is not null`),
    index('outbox_settled').on(table.settledAt).where(sql`settled_at is not null`),
    index('outbox_set_aside').on(table.channel, table.id).where(sql`state in ('parked', 'uncertain')`),
  ],
)

/** What came of messages, counted by five minutes, so that a day's outcomes are read without reading a day's messages. */
export const deliveryCounts = pgTable(
  'delivery_counts',
  {
    from: at('counted_from').notNull(),
    channel: text('channel').notNull(),
    state: text('state').notNull(),
    /** Of few words; empty where there is none. */
    reason: text('reason').notNull(),
    count: integer('count').notNull(),
  },
  (table) => [primaryKey({ columns: [table.from, table.channel, table.state, table.reason] })],
)

/**
 * What each account may send at this moment, over all processes. Not logged by the database: what a crash takes with it
 * is worth a twentieth of a second.
 */
export const sendRates = pgTable(
  'send_rates',
  {
    channel: text('channel').notNull(),
    account: text('account').notNull(),
    tokens: doublePrecision('tokens').notNull(),
    /** Of messages to many, which pay for talk as well; below zero while some are to leave in a moment. */
    bulkTokens: doublePrecision('bulk_tokens').notNull().default(0),
    /** What the last call was given. */
    granted: integer('granted').notNull(),
    filledAt: at('filled_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.channel, table.account] })],
)
