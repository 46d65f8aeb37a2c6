import { bigint, bytea, index, jsonb, pgTable, sql, text, timestamp, uuid } from '../db/drizzle.ts'

/**
 * Who read or changed what of people, or changed the service itself; append-only by a trigger. Ids, codes and counts alone:
 * no personal data, so that it outlives the people whose data was read.
 */
export const audit = pgTable(
  'audit',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    at: timestamp('at', { withTimezone: true }).notNull(),
    /** The officer; null when the service did it, or somebody who was not signed in. */
    actorId: uuid('actor_id'),
    /** What was done, e.g. `ticket-read`, `officer-disabled`. */
    action: text('action').notNull(),
    /** `ticket`, `officer`, `unit` …; null where the action says it all. */
    subjectKind: text('subject_kind'),
    /** The ticket's number, else the id. */
    subjectId: text('subject_id'),
    facts: jsonb('facts').notNull().default(sql`'{}'`),
  },
  (table) => [
    index('audit_actor').on(table.actorId, table.id),
    index('audit_action').on(table.action, table.id),
    index('audit_subject').on(table.subjectKind, table.subjectId, table.id),
    index('audit_at').on(table.at, table.id),
  ],
)

/**
 * One link for each line of `audit`, in the order of commits: each hash covers the line and the hash before it, so that a
 * line changed, taken away or moved later breaks the chain. Made by the database alone, when a transaction commits:
 * the lock which orders them is then held for that moment, never while somebody works.
 */
export const auditChain = pgTable('audit_chain', {
  /** 1, 2, 3 … without gaps. */
  seq: bigint('seq', { mode: 'number' }).primaryKey(),
  auditId: bigint('audit_id', { mode: 'number' }).notNull().unique(),
  prevHash: bytea('prev_hash').notNull(),
  hash: bytea('hash').notNull(),
})
