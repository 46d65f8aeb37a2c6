import {
  bigint,
  bytea,
  date,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  smallint,
  sql,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from '../db/drizzle.ts'

const at = (name: string) => timestamp(name, { withTimezone: true })

/** How often the register of a commune was changed; the row is the lock of that register. */
export const registerCommunes = pgTable('register_communes', {
  communeCode: text('commune_code').primaryKey(),
  revision: integer('revision').notNull(),
})

/** A household that a commune's list named at some time. Who it is stands sealed beside each of its entries. */
export const households = pgTable(
  'households',
  {
    id: uuid('id').primaryKey(),
    /** The commune of today. */
    communeCode: text('commune_code').notNull(),
    /** The former commune whose list it came from (`code@from`); null when the list was of all the commune. */
    origin: text('origin'),
    /** The household's key, wrapped by the master key; null once it was erased. */
    sealedKey: bytea('sealed_key'),
    /** Keyed hashes of folded words and numbers, for search. */
    searchHashes: text('search_hashes').array().notNull(),
    /** Keyed hashes by which the next list finds it again; null where the list did not say. */
    identityHash: text('identity_hash'),
    certificateHash: text('certificate_hash'),
    whoHash: text('who_hash').notNull(),
    villageHash: text('village_hash').notNull(),
    namesakeHash: text('namesake_hash').notNull(),
    createdAt: at('created_at').notNull(),
    erasedAt: at('erased_at'),
  },
  (table) => [
    index('households_commune').on(table.communeCode, table.id),
    index('households_search').using('gin', table.searchHashes),
  ],
)

/**
 * What the lists said, one row for each status that a household had in a year's list: its history. In force on a day are
 * the rows with `status_from <= day and (status_to is null or day <= status_to)`, at most one a household. In clear is
 * only what names nobody; reports read these columns (`docs/register.md`).
 */
export const registerHouseholds = pgTable(
  'register_households',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    householdId: uuid('household_id').notNull(),
    communeCode: text('commune_code').notNull(),
    /** The year of the list. */
    year: smallint('year').notNull(),
    /** poor, near_poor, escaped_poverty. */
    status: text('status').notNull(),
    statusFrom: date('status_from').notNull(),
    /** Null: until another list says otherwise. Before `status_from`: a mistake that was put right, never in force. */
    statusTo: date('status_to'),
    /** The day of the escape, from which its months are counted. */
    escapedOn: date('escaped_on'),
    /** poor or near_poor, of a household that escaped. */
    previousStatus: text('previous_status'),
    /** merit, ethnic_minority, disabled, children, elderly, women_headed. */
    priorityGroups: text('priority_groups').array().notNull(),
    /** employment, health, education, housing, water_sanitation, information; null when the list does not say. */
    deprivations: text('deprivations').array(),
    /** D01 … D12 of these, where the list names them. */
    deprivationIndicators: text('deprivation_indicators').array(),
    deprivationCount: smallint('deprivation_count'),
    /** Numbers of persons; null when the list does not say. */
    members: smallint('members'),
    women: smallint('women'),
    children: smallint('children'),
    elderly: smallint('elderly'),
    /** Who they are, sealed with the household's key; empty once it was erased. */
    sealedWho: bytea('sealed_who').notNull(),
    /** Keyed hash of all that the list said: the same list again changes nothing. */
    fingerprint: text('fingerprint').notNull(),
    /** The import that wrote it. */
    importId: uuid('import_id').notNull(),
    recordedAt: at('recorded_at').notNull(),
  },
  (table) => [
    index('register_households_history').on(table.householdId, table.statusFrom),
    index('register_households_year').on(table.year, table.communeCode, table.status),
    index('register_households_commune').on(table.communeCode, table.statusFrom),
  ],
)

/** A list that was handed over: shown first, applied when an officer confirms it. */
export const registerImports = pgTable(
  'register_imports',
  {
    id: uuid('id').primaryKey(),
    communeCode: text('commune_code').notNull(),
    origin: text('origin'),
    year: smallint('year').notNull(),
    /** Statuses of which the list is whole: whoever had one and is not named any more has left. Empty: an addition. */
    covers: text('covers').array().notNull(),
    officerId: uuid('officer_id').notNull(),
    /** preview, applied, discarded. */
    state: text('state').notNull(),
    /** The list's own key; null once its rows were forgotten. */
    sealedKey: bytea('sealed_key'),
    sealedAbout: bytea('sealed_about').notNull(),
    households: integer('households').notNull(),
    faulty: integer('faulty').notNull(),
    /** What was done, by kind of change; empty before. */
    counts: jsonb('counts').notNull(),
    createdAt: at('created_at').notNull(),
    decidedAt: at('decided_at'),
    decidedBy: uuid('decided_by'),
  },
  (table) => [
    index('register_imports_commune').on(table.communeCode, table.createdAt),
    index('register_imports_created').on(table.createdAt),
    index('register_imports_kept').on(table.createdAt).where(sql`sealed_key is not null`),
  ],
)

/** Some households of a list as they were read, sealed together with the list's key. */
export const registerImportParts = pgTable(
  'register_import_parts',
  {
    importId: uuid('import_id').notNull(),
    part: integer('part').notNull(),
    sealedRows: bytea('sealed_rows').notNull(),
  },
  (table) => [primaryKey({ columns: [table.importId, table.part] })],
)

/** An officer saw the household's certificate on a ticket. */
export const registerLinks = pgTable(
  'register_links',
  {
    id: uuid('id').primaryKey(),
    householdId: uuid('household_id').notNull(),
    /** Null for somebody without a chat: then only the ticket is linked. */
    contactId: uuid('contact_id'),
    ticketId: bigint('ticket_id', { mode: 'number' }).notNull(),
    officerId: uuid('officer_id').notNull(),
    /** paper, photo, number. */
    seen: text('seen').notNull(),
    linkedAt: at('linked_at').notNull(),
    undoneAt: at('undone_at'),
    undoneBy: uuid('undone_by'),
  },
  (table) => [
    uniqueIndex('register_links_contact').on(table.contactId).where(sql`undone_at is null and contact_id is not null`),
    uniqueIndex('register_links_walk_in').on(table.ticketId).where(sql`undone_at is null and contact_id is null`),
    index('register_links_household').on(table.householdId),
    index('register_links_ticket').on(table.ticketId),
  ],
)
