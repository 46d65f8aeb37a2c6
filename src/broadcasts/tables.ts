import { bigint, index, integer, jsonb, pgTable, primaryKey, sql, text, timestamp, uuid } from '../db/drizzle.ts'

const at = (name: string) => timestamp(name, { withTimezone: true })

/** A policy message, from its draft to its last receipt. */
export const broadcasts = pgTable(
  'broadcasts',
  {
    id: uuid('id').primaryKey(),
    /** draft, submitted, approved, scheduled, freezing, sending, paused, done, cancelled, rejected. */
    status: text('status').notNull(),
    kind: text('kind').notNull(),
    topic: text('topic').notNull(),
    /** Who answers for it, and gets what people reply. */
    unitId: text('unit_id'),
    authorId: uuid('author_id').notNull(),
    /** A `BroadcastContent`: what an approval is bound to. Holds no personal data. */
    content: jsonb('content').notNull(),
    contentHash: text('content_hash').notNull(),
    scheduleAt: at('schedule_at'),
    notAfter: at('not_after'),
    submittedAt: at('submitted_at'),
    approverId: uuid('approver_id'),
    secondApproverId: uuid('second_approver_id'),
    approvedAt: at('approved_at'),
    /** People concerned, as counted when it was submitted, and as frozen. */
    households: integer('households'),
    /** An `AudiencePreview`, as it stood when it was submitted: what the approvers saw. Counts, no personal data. */
    preview: jsonb('preview'),
    /** The last person (its home contact, `coalesce(person_id, id)`) that freezing has looked at; null before it began. */
    frozenUpTo: uuid('frozen_up_to'),
    frozenAt: at('frozen_at'),
    startedAt: at('started_at'),
    pausedReason: text('paused_reason'),
    endedAt: at('ended_at'),
    /** The message whose wrong text this one puts right: it goes to exactly those who got that. */
    corrects: uuid('corrects'),
    lastSeq: integer('last_seq').notNull(),
    createdAt: at('created_at').notNull(),
    updatedAt: at('updated_at').notNull(),
  },
  (table) => [
    index('broadcasts_status').on(table.status, table.id),
    index('broadcasts_newest').on(table.createdAt, table.id),
    index('broadcasts_unit').on(table.unitId, table.createdAt).where(sql`unit_id is not null`),
  ],
)

/** One row a person, frozen at the start. What became of it is in `state`; nothing here says what the person is told. */
export const broadcastRecipients = pgTable(
  'broadcast_recipients',
  {
    broadcastId: uuid('broadcast_id').notNull(),
    contactId: uuid('contact_id').notNull(),
    channel: text('channel').notNull(),
    account: text('account').notNull(),
    /**
     * waiting, sending, sent, confirmed (a receipt came), refused, uncertain, unreachable, stopped (opted out before it
     * left), expired, cancelled, visit (to be told in person), visited.
     */
    state: text('state').notNull(),
    /**
     * Of a `visit`: unreachable, outside-window, channel-off; of `stopped`: opted-out, erased, no-consent, same-person,
     * weekly-limit, not-subscribed; of `uncertain`: sender-died or what happened; else what the channel or the office said.
     */
    reason: text('reason'),
    communeCode: text('commune_code'),
    /** Where it stands in line; of the same moment in the order of contacts. */
    notBefore: at('not_before').notNull().default(sql`'epoch'`),
    /** By the clock of the database. */
    leaseUntil: at('lease_until'),
    messageId: bigint('message_id', { mode: 'number' }),
    externalId: text('external_id'),
    attempts: integer('attempts').notNull().default(0),
    /** Of a message that a channel takes in parts: those that left already. */
    partsSent: integer('parts_sent').notNull().default(0),
    /** When the try began that counts; null while it is known that nothing left. */
    sentAt: at('sent_at'),
    settledAt: at('settled_at'),
    readAt: at('read_at'),
    tappedAt: at('tapped_at'),
    repliedAt: at('replied_at'),
    understoodAt: at('understood_at'),
    /** What the person answered, as a ticket of the unit. */
    replyTicketId: bigint('reply_ticket_id', { mode: 'number' }),
    visitedBy: uuid('visited_by'),
    /** In đồng; null while it is not known. */
    cost: integer('cost'),
  },
  (table) => [
    primaryKey({ columns: [table.broadcastId, table.contactId] }),
    index('broadcast_recipients_waiting')
      .on(table.broadcastId, table.channel, table.account, table.notBefore, table.contactId)
      .where(sql`state = 'waiting'`),
    index('broadcast_recipients_in_hand').on(table.leaseUntil).where(sql`state = 'sending'`),
    index('broadcast_recipients_contact').on(table.contactId, table.sentAt),
    index('broadcast_recipients_uncertain').on(table.contactId).where(sql`state = 'uncertain'`),
    index('broadcast_recipients_visit')
      .on(table.broadcastId, table.communeCode, table.contactId)
      .where(sql`state in ('visit', 'visited')`),
    index('broadcast_recipients_external').on(table.channel, table.externalId).where(sql`external_id is not null`),
  ],
)

/**
 * How many rows of a message stand where, by channel; kept by the triggers of `broadcast_recipients`, whoever changes a
 * row. Beside the states: `read`, `tapped`, `replied`, `understood`, and `cost` in đồng.
 */
export const broadcastCounts = pgTable(
  'broadcast_counts',
  {
    broadcastId: uuid('broadcast_id').notNull(),
    channel: text('channel').notNull(),
    what: text('what').notNull(),
    count: bigint('count', { mode: 'number' }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.broadcastId, table.channel, table.what] })],
)

/** What came of attempts, by steps of some seconds: whether something is wrong with a message or its channel. */
export const broadcastAttempts = pgTable(
  'broadcast_attempts',
  {
    broadcastId: uuid('broadcast_id').notNull(),
    from: at('counted_from').notNull(),
    good: integer('good').notNull(),
    bad: integer('bad').notNull(),
    /** What the last bad one said. */
    reason: text('reason'),
  },
  (table) => [primaryKey({ columns: [table.broadcastId, table.from] })],
)

/** When some process last looked after a message that is being sent; older means that none ran. */
export const broadcastWatch = pgTable('broadcast_watch', {
  broadcastId: uuid('broadcast_id').primaryKey(),
  watchedAt: at('watched_at').notNull(),
})

/** Receipts of messages whose id was not known when they came: the answer to the send was late, or lost. */
export const broadcastReceipts = pgTable(
  'broadcast_receipts',
  {
    channel: text('channel').notNull(),
    externalId: text('external_id').notNull(),
    contactId: uuid('contact_id').notNull(),
    receivedAt: at('received_at').notNull(),
    seenAt: at('seen_at'),
    /** By the clock of the database. */
    notedAt: at('noted_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.channel, table.externalId] }),
    index('broadcast_receipts_noted').on(table.notedAt),
  ],
)

/** Why people who were looked at get no row, counted. */
export const broadcastExclusions = pgTable(
  'broadcast_exclusions',
  {
    broadcastId: uuid('broadcast_id').notNull(),
    /** no-consent, stopped, not-subscribed, weekly-limit, unknown, no-match. */
    reason: text('reason').notNull(),
    count: integer('count').notNull(),
  },
  (table) => [primaryKey({ columns: [table.broadcastId, table.reason] })],
)

/** Who did what with a message, append-only. */
export const broadcastActivity = pgTable(
  'broadcast_activity',
  {
    broadcastId: uuid('broadcast_id').notNull(),
    seq: integer('seq').notNull(),
    at: at('at').notNull(),
    /** Null: the product by itself. */
    actorId: uuid('actor_id'),
    verb: text('verb').notNull(),
    facts: jsonb('facts').notNull(),
  },
  (table) => [primaryKey({ columns: [table.broadcastId, table.seq] })],
)

/** Topics that a person wants to hear of, by the contact whose key seals what the person has in common. */
export const subscriptions = pgTable(
  'subscriptions',
  {
    contactId: uuid('contact_id').notNull(),
    topic: text('topic').notNull(),
    since: at('since').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.contactId, table.topic] }),
    index('subscriptions_topic').on(table.topic, table.contactId),
  ],
)

/** Who was asked once what they want to hear of, by the same contact. */
export const subscriptionQuestions = pgTable('subscription_questions', {
  contactId: uuid('contact_id').primaryKey(),
  askedAt: at('asked_at').notNull(),
})
