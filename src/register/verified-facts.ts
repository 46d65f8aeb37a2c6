/** What the register says of people whose certificate an officer has seen, as facts of the rules. */

import { localDay } from '../clock.ts'
import type { Sql, Transaction } from '../db/client.ts'
import { list } from '../db/list.ts'
import { wholeMonthsBetween } from '../profile/days.ts'
import type { VerifiedFacts } from '../profile/verified.ts'

interface StandingRow {
  contact_id: string | null
  linked_at: Date
  recorded_at: Date
  year: number
  status: string
  escaped_on: string | null
  previous_status: string | null
  deprivation_count: number | null
  members: number | null
}

/** By contact. Who is not linked, or whose household is not in the register on that day, is left out. */
export async function verifiedFacts(
  tx: Sql | Transaction,
  contactIds: readonly string[],
  today: string,
): Promise<Map<string, VerifiedFacts>> {
  const rows = await tx<StandingRow[]>`
    select l.contact_id, l.linked_at, e.recorded_at, e.year, e.status, e.escaped_on, e.previous_status,
      e.deprivation_count, e.members
    from register_links l join register_households e on e.household_id = l.household_id
    where l.contact_id = any (${list(tx, [...contactIds])}::uuid[]) and l.undone_at is null
      and e.status_from <= ${today} and (e.status_to is null or e.status_to >= ${today})`
  return new Map(rows.flatMap((row) => (row.contact_id === null ? [] : [[row.contact_id, factsOf(row)] as const])))
}

/** Of a ticket's person, also of one without a chat. */
export async function verifiedFactsOfHousehold(
  sql: Sql,
  { householdId, linkedAt }: { householdId: string; linkedAt: Date },
  today: string,
): Promise<VerifiedFacts | null> {
  const [row] = await sql<Omit<StandingRow, 'contact_id' | 'linked_at'>[]>`
    select recorded_at, year, status, escaped_on, previous_status, deprivation_count, members from register_households
    where household_id = ${householdId} and status_from <= ${today} and (status_to is null or status_to >= ${today})`
  return row === undefined ? null : factsOf({ ...row, linked_at: linkedAt })
}

function factsOf(row: Omit<StandingRow, 'contact_id'>): VerifiedFacts {
  const day = localDay(row.linked_at > row.recorded_at ? row.linked_at : row.recorded_at)
  const escaped = row.status === 'escaped_poverty' && row.escaped_on !== null
  const values = {
    household_status: row.status,
    ...(escaped ? { months_since_escape: Math.max(0, wholeMonthsBetween(row.escaped_on ?? day, day)) } : {}),
    ...(row.previous_status === null ? {} : { previous_status: row.previous_status }),
    ...(row.deprivation_count === null ? {} : { deprivation_count: row.deprivation_count }),
    ...(row.members === null ? {} : { household_size: row.members }),
  }
  return { values, day, year: row.year }
}
