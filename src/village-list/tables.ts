import { bytea, date, index, integer, jsonb, pgTable, primaryKey, text, timestamp, uuid } from '../db/drizzle.ts'

const at = (name: string) => timestamp(name, { withTimezone: true })

/** A list of people that an officer handed over to be judged; deleted with all its rows when its time is over. */
export const villageLists = pgTable(
  'village_lists',
  {
    id: uuid('id').primaryKey(),
    /** Its officers alone see the list. */
    unitId: text('unit_id').notNull(),
    officerId: uuid('officer_id').notNull(),
    /** The list's own key: whoever deletes this row makes all its rows unreadable. */
    sealedKey: bytea('sealed_key').notNull(),
    /** File name, columns, lines that were passed over. */
    sealedAbout: bytea('sealed_about').notNull(),
    /** The day that is judged. */
    judgedOn: date('judged_on').notNull(),
    /** waiting, running, done, failed. */
    state: text('state').notNull(),
    rowsTotal: integer('rows_total').notNull(),
    rowsJudged: integer('rows_judged').notNull().default(0),
    rowsFaulty: integer('rows_faulty').notNull().default(0),
    /** Programme → outcome → people. Numbers only. */
    counts: jsonb('counts').notNull(),
    createdAt: at('created_at').notNull(),
    finishedAt: at('finished_at'),
    /** Whoever judges it; others may take over when that time is past. */
    worker: uuid('worker'),
    leaseUntil: at('lease_until'),
  },
  (table) => [
    index('village_lists_unit').on(table.unitId, table.createdAt),
    index('village_lists_created').on(table.createdAt),
    index('village_lists_state').on(table.state),
  ],
)

/** Some rows of a list, sealed together; they are judged and shown together. */
export const villageListParts = pgTable(
  'village_list_parts',
  {
    listId: uuid('list_id').notNull(),
    /** From 0, in the order of the file. */
    part: integer('part').notNull(),
    sealedRows: bytea('sealed_rows').notNull(),
    judgedAt: at('judged_at'),
  },
  (table) => [primaryKey({ columns: [table.listId, table.part] })],
)
