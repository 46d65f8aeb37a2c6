import { bigint, index, integer, pgTable, sql, text, timestamp, uuid } from '../db/drizzle.ts'

const at = (name: string) => timestamp(name, { withTimezone: true })

/**
 * Messages waiting to leave. The row is written while the contact is locked, so its id gives the order in which one
 * contact's messages leave. `state`: waiting, delivered, refused, dropped (an officer took over), uncertain (bulk whose
 * outcome is not known; never sent again by itself).
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
    /** `bot` or `officer`. */
    author: text('author').notNull(),
    /** 0 before 1: talk goes before bulk. */
    priority: integer('priority').notNull(),
    state: text('state').notNull().default('waiting'),
    notBefore: at('not_before').notNull(),
    attempts: integer('attempts').notNull().default(0),
    leaseUntil: at('lease_until'),
    failure: text('failure'),
    createdAt: at('created_at').notNull(),
    settledAt: at('settled_at'),
  },
  (table) => [
    index('outbox_waiting').on(table.channel, table.account, table.priority, table.id).where(sql`state = 'waiting'`),
    index('outbox_contact').on(table.contactId, table.id).where(sql`state = 'waiting'`),
    index('outbox_settled').on(table.settledAt).where(sql`settled_at is not null`),
  ],
)
