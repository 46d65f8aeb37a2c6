import type postgres from 'postgres'
import type { Sql, Transaction } from './client.ts'

/** A list as one parameter, e.g. `${list(sql, hashes)}::bytea[]`. Without it the driver takes the type of the first for that of all. */
export function list(
  sql: Sql | Transaction,
  values: readonly (string | number | Date | Uint8Array | null)[],
): postgres.Parameter<never> {
  return sql.typed(values as never, 0)
}
