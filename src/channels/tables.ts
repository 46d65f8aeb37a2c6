import { bigint, bytea, index, integer, pgTable, primaryKey, text, timestamp, uuid } from '../db/drizzle.ts'

const at = (name: string) => timestamp(name, { withTimezone: true })

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

/**
 * When people last did something that lets us write to them, where a channel counts that. Kept by address, since the
 * channel tells of it before there is a contact.
 */
export const replyWindows = pgTable(
  'reply_windows',
  {
    channel: text('channel').notNull(),
    account: text('account').notNull(),
    addressHash: bytea('address_hash').notNull(),
    lastInteractionAt: at('last_interaction_at').notNull(),
    /** The interaction whose window was told to be closing. */
    remindedFor: at('reminded_for'),
    /** Messages left that are counted or billed, as the channel last said. */
    paidRemaining: integer('paid_remaining'),
    /** When our newest message was on the person's phone, and when it was looked at. */
    receivedAt: at('received_at'),
    seenAt: at('seen_at'),
    /** Sealed with the person's key: a second way for notices. */
    sealedPhone: bytea('sealed_phone'),
  },
  (table) => [
    primaryKey({ columns: [table.channel, table.account, table.addressHash] }),
    index('reply_windows_last').on(table.channel, table.account, table.lastInteractionAt),
  ],
)

/** Approved template messages, each written down before it is sent: they cost money and are never sent twice. */
export const paidNotices = pgTable(
  'paid_notices',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    channel: text('channel').notNull(),
    account: text('account').notNull(),
    addressHash: bytea('address_hash').notNull(),
    templateId: text('template_id').notNull(),
    /** `uid` or `phone`. */
    route: text('route').notNull(),
    /** In đồng, as the template said when it was chosen. */
    price: integer('price'),
    /** uncertain (under way, or the answer was lost), sent, refused. */
    state: text('state').notNull(),
    failure: text('failure'),
    externalId: text('external_id'),
    sentAt: at('sent_at').notNull(),
    deliveredAt: at('delivered_at'),
  },
  (table) => [
    index('paid_notices_address').on(table.channel, table.account, table.addressHash, table.sentAt),
    index('paid_notices_sent').on(table.sentAt),
  ],
)

/** What an account may still send, as the channel last said. */
export const channelQuotas = pgTable(
  'channel_quotas',
  {
    channel: text('channel').notNull(),
    account: text('account').notNull(),
    name: text('name').notNull(),
    remaining: integer('remaining'),
    total: integer('total'),
    seenAt: at('seen_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.channel, table.account, table.name] })],
)

/** What only a person can mend, one row per kind; no personal data in it. */
export const channelAlarms = pgTable(
  'channel_alarms',
  {
    channel: text('channel').notNull(),
    account: text('account').notNull(),
    code: text('code').notNull(),
    detail: text('detail').notNull(),
    count: integer('count').notNull(),
    firstAt: at('first_at').notNull(),
    lastAt: at('last_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.channel, table.account, table.code] })],
)

/** The tokens of one official account on Zalo. The refresh token works once and gives the next. */
export const zaloTokens = pgTable('zalo_tokens', {
  account: text('account').primaryKey(),
  /** The key of this row, wrapped by the master key. */
  sealedKey: bytea('sealed_key').notNull(),
  sealedPair: bytea('sealed_pair').notNull(),
  obtainedAt: at('obtained_at').notNull(),
  /** Null while there is a refresh token alone. */
  expiresAt: at('expires_at'),
  /** Tells the first token of the settings from another that was put there since. */
  seedHash: bytea('seed_hash'),
  /** Set before the refresh token is used and cleared with its successor: found set, the token may be used up. */
  rotationId: uuid('rotation_id'),
  rotationBegunAt: at('rotation_begun_at'),
  /** Zalo does not take the refresh token any more. */
  refusedAt: at('refused_at'),
  refusal: text('refusal'),
})

/** Consents that an administrator began to give; each is good for one answer. */
export const zaloConsents = pgTable('zalo_consents', {
  stateHash: bytea('state_hash').primaryKey(),
  officerId: uuid('officer_id').notNull(),
  sealedKey: bytea('sealed_key').notNull(),
  sealedVerifier: bytea('sealed_verifier').notNull(),
  expiresAt: at('expires_at').notNull(),
})

/** Files that lie at Zalo, by a keyed hash of their content; Zalo forgets them after a week. */
export const zaloUploads = pgTable(
  'zalo_uploads',
  {
    account: text('account').notNull(),
    contentHash: bytea('content_hash').notNull(),
    externalId: text('external_id').notNull(),
    expiresAt: at('expires_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.account, table.contentHash] }),
    index('zalo_uploads_expiry').on(table.expiresAt),
  ],
)

/** Which approved template serves which purpose, as an administrator chose it. */
export const zaloTemplates = pgTable(
  'zalo_templates',
  {
    account: text('account').notNull(),
    purpose: text('purpose').notNull(),
    templateId: text('template_id').notNull(),
    name: text('name').notNull(),
    parameters: text('parameters').array().notNull(),
    status: text('status').notNull(),
    priceByUid: integer('price_by_uid'),
    priceByPhone: integer('price_by_phone'),
    changedAt: at('changed_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.account, table.purpose] })],
)

/** When a call last came with a wrong signature. */
export const signatureFailures = pgTable(
  'signature_failures',
  {
    channel: text('channel').notNull(),
    account: text('account').notNull(),
    lastAt: at('last_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.channel, table.account] })],
)
