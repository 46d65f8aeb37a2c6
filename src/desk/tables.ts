import {
  bigint,
  boolean,
  bytea,
  doublePrecision,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  sql,
  text,
  timestamp,
  uuid,
} from '../db/drizzle.ts'

const at = (name: string) => timestamp(name, { withTimezone: true })

/** One piece of work with one accountable unit and one next deadline. */
export const tickets = pgTable(
  'tickets',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    /** `HY-YYYY-NNNNNN`. */
    number: text('number').notNull().unique(),
    /** Null when an officer filed it for somebody without a chat. */
    contactId: uuid('contact_id'),
    topic: text('topic').notNull(),
    requestType: text('request_type').notNull(),
    /** open, assigned, pending, resolved, closed. */
    status: text('status').notNull(),
    urgent: boolean('urgent').notNull(),
    communeCode: text('commune_code'),
    /** The accountable unit. */
    unitId: text('unit_id').notNull(),
    /** Who sees it once it is overdue: the department of its field, then the coordinator. */
    departmentId: text('department_id'),
    escalationUnitId: text('escalation_unit_id'),
    /** The unit complained of: it never gets the ticket. */
    complaintAbout: text('complaint_about'),
    assigneeId: uuid('assignee_id'),
    /** Which promise `dueAt` is: first_answer or result; null once resolved. */
    promise: text('promise'),
    dueAt: at('due_at'),
    pausedAt: at('paused_at'),
    /** Working minutes spent waiting for the citizen in earlier pauses; they shift the deadline. */
    pausedMinutes: doublePrecision('paused_minutes').notNull().default(0),
    firstAnsweredAt: at('first_answered_at'),
    resolvedAt: at('resolved_at'),
    closedAt: at('closed_at'),
    /** Text key and values of the reason of the routing. */
    routingReason: jsonb('routing_reason').notNull(),
    routingBasis: text('routing_basis').notNull(),
    /** Promised minutes and days as they stood when it was filed. */
    promises: jsonb('promises').notNull(),
    /** Answers sealed with the person's key (with `sealedKey` below when there is no contact). */
    sealedAnswers: bytea('sealed_answers').notNull(),
    sealedKey: bytea('sealed_key'),
    screeningId: uuid('screening_id'),
    /** Reason, basis, next step; set by `resolve`. Sealed like the answers. */
    sealedResolution: bytea('sealed_resolution'),
    result: text('result'),
    /** Papers an officer asked for and still waits for. */
    sealedPapers: bytea('sealed_papers'),
    filedBy: uuid('filed_by'),
    /** An offered hand-off: unit, officer, reason, since. */
    offeredUnitId: text('offered_unit_id'),
    offeredOfficerId: uuid('offered_officer_id'),
    offeredAt: at('offered_at'),
    offerLapsesAt: at('offer_lapses_at'),
    /** The last `activity.seq`; officers send it back as `seen`. */
    lastSeq: integer('last_seq').notNull(),
    /** Keyed hashes of folded names and phone numbers, for search. */
    searchHashes: text('search_hashes').array().notNull().default(sql`'{}'`),
    /** When anybody last spoke on it; decides which of several tickets a citizen's words belong to. */
    spokenAt: at('spoken_at').notNull(),
    createdAt: at('created_at').notNull(),
  },
  (table) => [
    // A queue is read by deadline, finished work last; the page must not sort a whole unit's tickets.
    index('tickets_queue').on(table.unitId, sql`coalesce(due_at, 'infinity')`, table.id),
    index('tickets_queue_status').on(table.unitId, table.status, sql`coalesce(due_at, 'infinity')`, table.id),
    index('tickets_everywhere').on(sql`coalesce(due_at, 'infinity')`, table.id),
    index('tickets_everywhere_status').on(table.status, sql`coalesce(due_at, 'infinity')`, table.id),
    index('tickets_commune').on(table.communeCode, sql`coalesce(due_at, 'infinity')`, table.id),
    index('tickets_topic').on(table.topic, sql`coalesce(due_at, 'infinity')`, table.id),
    index('tickets_urgent').on(table.dueAt, table.id).where(sql`urgent and due_at is not null`),
    // Counting what waits reads this index alone.
    index('tickets_waiting')
      .on(table.unitId, table.status, table.urgent, table.dueAt, table.pausedAt)
      .where(sql`due_at is not null`),
    index('tickets_department').on(table.departmentId, table.dueAt, table.id).where(sql`due_at is not null`),
    index('tickets_escalation').on(table.escalationUnitId, table.dueAt, table.id).where(sql`due_at is not null`),
    index('tickets_offered').on(table.offeredUnitId, table.id).where(sql`offered_unit_id is not null`),
    index('tickets_offer_lapse').on(table.offerLapsesAt).where(sql`offer_lapses_at is not null`),
    index('tickets_silent').on(table.resolvedAt).where(sql`status = 'resolved'`),
    index('tickets_contact').on(table.contactId, table.id),
    index('tickets_assignee').on(table.assigneeId, table.status),
    index('tickets_search').using('gin', table.searchHashes),
  ],
)

/** Who did what, append-only (a trigger refuses change and deletion). Holds no words of people. */
export const activity = pgTable(
  'activity',
  {
    ticketId: bigint('ticket_id', { mode: 'number' }).notNull(),
    /** 1, 2, 3 … on each ticket. */
    seq: integer('seq').notNull(),
    at: at('at').notNull(),
    /** `citizen`, `bot`, `officer`, `system`. */
    actor: text('actor').notNull(),
    officerId: uuid('officer_id'),
    verb: text('verb').notNull(),
    /** Facts such as from, to, unit, result; message id for words. */
    facts: jsonb('facts').notNull(),
  },
  (table) => [primaryKey({ columns: [table.ticketId, table.seq] })],
)

/** Buttons under a message of a ticket ("done", "not done", …): they stay good while the talk moves on. */
export const ticketActions = pgTable(
  'ticket_actions',
  {
    id: text('id').primaryKey(),
    contactId: uuid('contact_id').notNull(),
    ticketId: bigint('ticket_id', { mode: 'number' }).notNull(),
    /** `confirm_resolved`, `reopen`. */
    effect: text('effect').notNull(),
    createdAt: at('created_at').notNull(),
  },
  (table) => [index('ticket_actions_contact').on(table.contactId)],
)

/** Words on the ticket of somebody without a chat, sealed with the ticket's own key; all others stand in `messages`. */
export const walkInWords = pgTable(
  'walk_in_words',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    ticketId: bigint('ticket_id', { mode: 'number' }).notNull(),
    /** `officer` or `note`. */
    author: text('author').notNull(),
    officerId: uuid('officer_id').notNull(),
    sealedBody: bytea('sealed_body').notNull(),
    createdAt: at('created_at').notNull(),
  },
  (table) => [index('walk_in_words_ticket').on(table.ticketId, table.id)],
)
