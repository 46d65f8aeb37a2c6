import { bigint, boolean, bytea, date, index, integer, pgTable, sql, text, timestamp, uuid } from '../db/drizzle.ts'

const at = (name: string) => timestamp(name, { withTimezone: true })

/** A member of staff who signs in. */
export const officers = pgTable(
  'officers',
  {
    id: uuid('id').primaryKey(),
    /** Lower case; demonstration officers carry their unit's id. */
    username: text('username').notNull().unique(),
    name: text('name').notNull(),
    /** Name and user name as they are searched for: lower case, without diacritics. */
    searchName: text('search_name').generatedAlwaysAs(
      sql`translate(lower(regexp_replace(normalize(name || ' ' || username, NFD), '[\\u0300-\\u036f]', '', 'g')), 'đĐ', 'dd')`,
    ),
    /** scrypt: `salt:hash`, base64url. */
    passwordHash: text('password_hash').notNull(),
    /** The password was given by somebody else: nothing but changing it is open to the officer. */
    mustChangePassword: boolean('must_change_password').notNull().default(false),
    /** Of `ROLES`. */
    roles: text('roles').array().notNull(),
    unitId: text('unit_id'),
    createdAt: at('created_at').notNull(),
    disabledAt: at('disabled_at'),
    /** Secret of the one-time codes, sealed with the service's key; asked for at sign-in once `totpConfirmedAt` is set. */
    sealedTotp: bytea('sealed_totp'),
    totpConfirmedAt: at('totp_confirmed_at'),
    /** The half minute of the last code that was used: it and earlier ones are good no more. */
    totpLastStep: bigint('totp_last_step', { mode: 'number' }),
  },
  (table) => [index('officers_unit').on(table.unitId), index('officers_search').on(table.searchName, table.id)],
)

/** Codes for the day on which the telephone with the one-time codes is gone; each is good once. */
export const recoveryCodes = pgTable(
  'recovery_codes',
  {
    codeHash: bytea('code_hash').primaryKey(),
    officerId: uuid('officer_id').notNull(),
    usedAt: at('used_at'),
  },
  (table) => [index('recovery_codes_officer').on(table.officerId)],
)

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
    /** Names the session on the officer's page; the token is known to the browser alone. */
    id: uuid('id').notNull().unique().default(sql`gen_random_uuid()`),
    officerId: uuid('officer_id').notNull(),
    createdAt: at('created_at').notNull(),
    expiresAt: at('expires_at').notNull(),
    /** Kind of browser and system, e.g. `firefox/android`: never the whole user agent. */
    device: text('device'),
    /** Within some minutes; null before the first call. */
    lastSeenAt: at('last_seen_at'),
  },
  (table) => [index('officer_sessions_officer').on(table.officerId)],
)

/** Days on which an officer is away: both the first and the last are off. */
export const officerLeaves = pgTable(
  'officer_leaves',
  {
    id: uuid('id').primaryKey(),
    officerId: uuid('officer_id').notNull(),
    fromDay: date('from_day').notNull(),
    toDay: date('to_day').notNull(),
    setAt: at('set_at').notNull(),
  },
  (table) => [
    index('officer_leaves_officer').on(table.officerId, table.toDay),
    index('officer_leaves_day').on(table.toDay),
  ],
)
