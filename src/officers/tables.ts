import { bigint, bytea, index, integer, pgTable, text, timestamp, uuid } from '../db/drizzle.ts'

const at = (name: string) => timestamp(name, { withTimezone: true })

/** A member of staff who signs in. */
export const officers = pgTable('officers', {
  id: uuid('id').primaryKey(),
  /** Lower case; demonstration officers carry their unit's id. */
  username: text('username').notNull().unique(),
  name: text('name').notNull(),
  /** scrypt: `salt:hash`, base64url. */
  passwordHash: text('password_hash').notNull(),
  /** commune_officer, department_officer, administrator, supervisor, editor, approver, auditor. */
  roles: text('roles').array().notNull(),
  unitId: text('unit_id'),
  createdAt: at('created_at').notNull(),
  disabledAt: at('disabled_at'),
})

/**
 * Wrong passwords of late, by a keyed hash of the name they were tried with, whether anybody bears it or not. A row counts
 * until `until` and goes soon after.
 */
export const wrongPasswords = pgTable(
  'wrong_passwords',
  {
    nameHash: bytea('name_hash').primaryKey(),
    count: integer('count').notNull(),
    until: at('until').notNull(),
  },
  (table) => [index('wrong_passwords_until').on(table.until)],
)

/** A signed-in browser or program. */
export const officerSessions = pgTable(
  'officer_sessions',
  {
    tokenHash: bytea('token_hash').primaryKey(),
    officerId: uuid('officer_id').notNull(),
    createdAt: at('created_at').notNull(),
    expiresAt: at('expires_at').notNull(),
  },
  (table) => [index('officer_sessions_officer').on(table.officerId)],
)

/** Reads of personal data: who, what, when. No personal data in its lines. */
export const audit = pgTable(
  'audit',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    at: at('at').notNull(),
    officerId: uuid('officer_id').notNull(),
    what: text('what').notNull(),
    ticketNumber: text('ticket_number'),
  },
  (table) => [index('audit_officer').on(table.officerId, table.id)],
)
