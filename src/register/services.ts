import type { Sql } from '../db/client.ts'
import type { Secrets } from '../secrets.ts'

/** What every action of the register is handed. */
export interface RegisterServices {
  sql: Sql
  secrets: Secrets
}
