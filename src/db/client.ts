import postgres from 'postgres'

/** A pool of connections. */
export type Sql = postgres.Sql<{ bigint: number }>

/** One transaction on one connection of the pool. */
export type Transaction = postgres.TransactionSql<{ bigint: number }>

export interface ConnectOptions {
  /** A server on this machine may be named by its socket: `postgres://user@localhost/database?host=/folder`. */
  url: string
  /** Connections at most; 10 unless told. */
  max?: number
  /** Shown in `pg_stat_activity`. */
  applicationName?: string
  /** Seconds a statement may take; 30 unless told, 0 for no limit (migrations, exports). */
  statementTimeoutSeconds?: number
  /** Off behind a proxy that hands out connections per transaction. */
  prepare?: boolean
}

const LONGEST_PAUSE_SECONDS = 1

/** Opens a pool; it connects when first used. Whole numbers come as `number`, instants as `Date`, days as `YYYY-MM-DD`. */
export function connect(options: ConnectOptions): Sql {
  const { url, socketFolder } = readAddress(options.url)
  return postgres(url, {
    ...(socketFolder === undefined ? {} : { host: socketFolder }),
    max: options.max ?? 10,
    prepare: options.prepare ?? true,
    onnotice: () => {},
    backoff: reconnectPause,
    types: {
      // Ids and counts stay far below 2^53; a bigint would not survive JSON.
      bigint: { to: 20, from: [20], serialize: (value: number) => String(value), parse: Number },
      date: { to: 1184, from: [1114, 1184], serialize: instantToText, parse: (text: string) => new Date(text) },
      // A day has no zone: as a Date it would move by one in half of the world.
      day: { to: 1082, from: [1082], serialize: (day: string) => day, parse: (day: string) => day },
    },
    connection: {
      application_name: options.applicationName ?? 'cau-noi',
      // The locks of a process whose machine died go with its transaction.
      idle_in_transaction_session_timeout: 5_000,
      statement_timeout: (options.statementTimeoutSeconds ?? 30) * 1_000,
      TimeZone: 'UTC',
    },
  })
}

/** Seconds before the next try to connect. The driver's own grows to twenty: too long for people who wait. */
function reconnectPause(tries: number): number {
  return (0.5 + Math.random() / 2) * Math.min(3 ** tries / 100, LONGEST_PAUSE_SECONDS)
}

/** postgres.js takes a socket folder as an option only; `host=` in the URL is how other PostgreSQL programs write it. */
function readAddress(address: string): { url: string; socketFolder?: string } {
  const url = new URL(address)
  const socketFolder = url.searchParams.get('host')
  if (!socketFolder?.startsWith('/')) return { url: address }
  url.searchParams.delete('host')
  return { url: url.href, socketFolder }
}

function instantToText(value: Date | string | number): string {
  return (value instanceof Date ? value : new Date(value)).toISOString()
}
