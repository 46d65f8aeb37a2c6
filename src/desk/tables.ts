import {
  bigint,
  boolean,
  bytea,
  date,
  doublePrecision,
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
const POSITION = sql`coalesce(queue_position, 'infinity')`

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
    /** When the citizen said that the matter is settled, and how good the help was, 1 to 5. */
    confirmedAt: at('confirmed_at'),
    rating: smallint('rating'),
    /** When a ticket that was closed in silence is due to be asked about, once; null otherwise. */
    checkInAt: at('check_in_at'),
    /** Groups of the plan that the person belongs to; they raise the place in the queue. */
    priorityGroups: text('priority_groups').array().notNull().default(sql`'{}'`),
    /** Place in a queue: `dueAt`, earlier for urgent tickets and priority groups; null once resolved. */
    queuePosition: at('queue_position'),
    /** How often another unit accepted it. */
    hops: integer('hops').notNull().default(0),
    /** The ticket that goes on in its place: this one was the same matter twice. */
    mergedInto: bigint('merged_into', { mode: 'number' }),
    /** Steps of the ladder climbed for the promise that runs now, and whether its warning was given. */
    escalationLevel: integer('escalation_level').notNull().default(0),
    warnedAt: at('warned_at'),
    /** When the ladder is next looked at; null once there is nothing more to say. */
    ladderAt: at('ladder_at'),
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
    // A queue is read by place, finished work last; the page must not sort a whole unit's tickets.
    index('tickets_queue').on(table.unitId, POSITION, table.id),
    index('tickets_queue_status').on(table.unitId, table.status, POSITION, table.id),
    index('tickets_everywhere').on(POSITION, table.id),
    index('tickets_everywhere_status').on(table.status, POSITION, table.id),
    index('tickets_commune').on(table.communeCode, POSITION, table.id),
    index('tickets_topic').on(table.topic, POSITION, table.id),
    index('tickets_urgent').on(table.dueAt, table.id).where(sql`urgent and due_at is not null`),
    // Counting what waits reads this index alone.
    index('tickets_waiting')
      .on(table.unitId, table.status, table.urgent, table.dueAt, table.pausedAt)
      .where(sql`due_at is not null`),
    // What is overdue anywhere, counted without looking at a ticket.
    index('tickets_due').on(table.dueAt).where(sql`due_at is not null and paused_at is null`),
    index('tickets_department').on(table.departmentId, POSITION, table.id).where(sql`due_at is not null`),
    index('tickets_escalation').on(table.escalationUnitId, POSITION, table.id).where(sql`due_at is not null`),
    index('tickets_ladder').on(table.ladderAt).where(sql`ladder_at is not null and paused_at is null`),
    index('tickets_merged').on(table.mergedInto).where(sql`merged_into is not null`),
    index('tickets_offered').on(table.offeredUnitId, table.id).where(sql`offered_unit_id is not null`),
    index('tickets_offer_lapse').on(table.offerLapsesAt).where(sql`offer_lapses_at is not null`),
    index('tickets_silent').on(table.resolvedAt).where(sql`status = 'resolved'`),
    index('tickets_check_in').on(table.checkInAt).where(sql`check_in_at is not null`),
    index('tickets_contact').on(table.contactId, table.id),
    index('tickets_assignee').on(table.assigneeId, table.status),
    // How much each officer has, and what those have who are away, is read from this index alone.
    index('tickets_at_work')
      .on(table.assigneeId, table.unitId, table.dueAt, table.id)
      .where(sql`status in ('assigned', 'pending')`),
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
    /** One of `TICKET_EFFECTS`. */
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

/** How a unit works; a unit without a row keeps to what is usual. */
export const unitSettings = pgTable('unit_settings', {
  unitId: text('unit_id').primaryKey(),
  /** `even`: new work goes to the officer with least of it; `by_hand`: officers take it. */
  assignment: text('assignment').notNull(),
  /** Officers who hear of urgent tickets at any hour. */
  onCall: uuid('on_call').array().notNull().default(sql`'{}'`),
  setBy: uuid('set_by').notNull(),
  setAt: at('set_at').notNull(),
})

/** Days set in the console that differ from `calendar.yaml`, of one unit or of all. */
export const calendarDays = pgTable(
  'calendar_days',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    /** Null: of all units. A unit's own day wins over it. */
    unitId: text('unit_id'),
    day: date('day').notNull(),
    isWorked: boolean('is_worked').notNull(),
    name: text('name').notNull(),
    setBy: uuid('set_by').notNull(),
    setAt: at('set_at').notNull(),
  },
  (table) => [uniqueIndex('calendar_days_day').on(sql`coalesce(unit_id, '')`, table.day)],
)

/** By which calendar the open deadlines of a unit were last reckoned. */
export const reckonedCalendars = pgTable('reckoned_calendars', {
  unitId: text('unit_id').primaryKey(),
  fingerprint: text('fingerprint').notNull(),
})

/**
 * What reports count, one narrow row a ticket. A trigger on `tickets` makes it and keeps up what changes there; working
 * minutes are set by `change`, and the filer's coarse particulars when the ticket is filed. No words of people, no exact
 * age; particulars go back to unknown when the person is forgotten.
 */
export const ticketDimensions = pgTable(
  'ticket_dimensions',
  {
    ticketId: bigint('ticket_id', { mode: 'number' }).primaryKey(),
    contactId: uuid('contact_id'),
    /** The local day. */
    filedOn: date('filed_on').notNull(),
    topic: text('topic').notNull(),
    requestType: text('request_type').notNull(),
    communeCode: text('commune_code'),
    unitId: text('unit_id').notNull(),
    departmentId: text('department_id'),
    complaintAbout: text('complaint_about'),
    isFinished: boolean('is_finished').notNull(),
    result: text('result'),
    isConfirmed: boolean('is_confirmed').notNull(),
    rating: smallint('rating'),
    priorityGroups: text('priority_groups').array().notNull().default(sql`'{}'`),
    /** Whole working minutes; null: not yet. The wait for the citizen does not count. */
    firstAnswerMinutes: integer('first_answer_minutes'),
    resolutionMinutes: integer('resolution_minutes'),
    answeredLate: boolean('answered_late').notNull().default(false),
    resolvedLate: boolean('resolved_late').notNull().default(false),
    /** Null: not known. */
    gender: text('gender'),
    ageBand: text('age_band'),
    householdStatus: text('household_status'),
  },
  (table) => [
    index('ticket_dimensions_day').on(table.filedOn),
    index('ticket_dimensions_commune').on(table.communeCode, table.filedOn),
    index('ticket_dimensions_unit').on(table.unitId, table.filedOn),
    index('ticket_dimensions_department').on(table.departmentId, table.filedOn),
    index('ticket_dimensions_topic').on(table.topic, table.filedOn),
    index('ticket_dimensions_contact').on(table.contactId).where(sql`contact_id is not null`),
  ],
)
