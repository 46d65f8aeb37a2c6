import type { AnyColumn, SQL } from 'drizzle-orm'
import type { PostgresJsDatabase } from 'drizzle-orm/postgres-js'
import type { Sql, Transaction } from './client.ts'
import { orm, pgCore, postgresJs } from './drizzle-orm.ts'

/*
 * Everything the product uses of drizzle: the builders for `tables.ts`, the operators, and `drizzleOn`. The rest of the
 * product imports drizzle from here only, because importing the package itself is slow on Node 24.
 */

export type { AnyColumn, InferSelectModel, SQL } from 'drizzle-orm'
export type Drizzle = PostgresJsDatabase

export const {
  and,
  asc,
  between,
  desc,
  eq,
  exists,
  getTableColumns,
  gt,
  gte,
  ilike,
  isNotNull,
  isNull,
  like,
  lt,
  lte,
  max,
  min,
  ne,
  not,
  notExists,
  or,
  sql,
} = orm

export const {
  bigint,
  bigserial,
  boolean,
  char,
  check,
  customType,
  doublePrecision,
  foreignKey,
  index,
  integer,
  numeric,
  pgEnum,
  pgSequence,
  pgTable,
  primaryKey,
  real,
  serial,
  smallint,
  text,
  unique,
  uniqueIndex,
  uuid,
  varchar,
} = pgCore

/** A calendar day, read and written as `YYYY-MM-DD`. */
export const date = pgCore.date

/** Use `timestamp('…', { withTimezone: true })`: without it the driver would read the text in the machine's own zone. */
export const timestamp = pgCore.timestamp

/** Bytes. */
export const bytea = pgCore.customType<{ data: Buffer; driverData: Buffer }>({ dataType: () => 'bytea' })

/** JSON, encoded once: drizzle's own column encodes it and the driver would encode the text again. */
export const jsonb = pgCore.customType<{ data: unknown; driverData: unknown }>({ dataType: () => 'jsonb' })

/**
 * `column = any(values)`. Unlike drizzle's own, the statement's text does not depend on how many values there are, so it
 * is prepared once per connection.
 */
export function inArray<Column extends AnyColumn>(column: Column, values: readonly Column['_']['data'][]): SQL {
  const encoded = values.map((value) => column.mapToDriverValue(value))
  return orm.sql`${column} = any(${orm.sql.param(encoded)})`
}

/** What drizzle needs of postgres.js. */
interface Runner {
  options: { parsers: Record<string, unknown>; serializers: Record<string, unknown> }
  unsafe: (text: string, parameters?: unknown[]) => unknown
  begin: (work: (runner: Runner) => Promise<unknown>) => Promise<unknown>
  savepoint: (work: (runner: Runner) => Promise<unknown>) => Promise<unknown>
}

/**
 * drizzle shown a client of its own, for three reasons: it overwrites the parsers of the client it is given, so that
 * plain queries would get dates as text; it prepares nothing, which costs two round trips per statement; and values
 * sent without a type are encoded by the type the server names, which is right for JSON as well.
 */
function runnerOn(client: Sql | Transaction): Runner {
  const nest = (work: (runner: Runner) => Promise<unknown>) =>
    'savepoint' in client
      ? client.savepoint((inner) => work(runnerOn(inner)))
      : client.begin((inner) => work(runnerOn(inner)))

  return {
    options: { parsers: {}, serializers: {} },
    unsafe: (text, parameters = []) =>
      client.unsafe(
        text,
        parameters.map((value) => client.typed(value as never, 0)),
        { prepare: true, simple: false } as { prepare: boolean },
      ),
    begin: nest,
    savepoint: nest,
  }
}

const known = new WeakMap<object, Drizzle>()

/** drizzle on a postgres.js client, or inside a transaction that somebody else began, commits and rolls back. */
export function drizzleOn(client: Sql | Transaction): Drizzle {
  let drizzle = known.get(client)
  if (drizzle === undefined) {
    drizzle = postgresJs.drizzle(runnerOn(client) as unknown as Sql)
    known.set(client, drizzle)
  }
  return drizzle
}
