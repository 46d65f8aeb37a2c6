import { recordAudit } from '../audit/record.ts'
import type { Sql, Transaction } from '../db/client.ts'
import { list } from '../db/list.ts'
import type { Fault } from '../errors.ts'

/** How a unit works. */
export interface UnitSettings {
  /** `even`: new work goes to the officer with least of it, where there are two; `by_hand`: officers take it. */
  assignment: 'even' | 'by_hand'
  /** Who hears of urgent tickets at any hour; nobody: the head, or else all officers of the unit. */
  onCall: string[]
}

export async function settingsOf(sql: Sql | Transaction, unitId: string): Promise<UnitSettings> {
  const [row] = await sql<{ assignment: string; on_call: string[] }[]>`
    select assignment, on_call::text[] as on_call from unit_settings where unit_id = ${unitId}`
  return { assignment: row?.assignment === 'by_hand' ? 'by_hand' : 'even', onCall: row?.on_call ?? [] }
}

/** Changes how a unit works, and records it. Only enabled officers of the unit can be on call. */
export async function setUnitSettings(
  sql: Sql,
  unitId: string,
  settings: UnitSettings,
  by: { officerId: string },
  now: Date,
): Promise<{ faults: Fault[] } | { kind: 'done' }> {
  return sql.begin(async (tx): Promise<{ faults: Fault[] } | { kind: 'done' }> => {
    const onCall = [...new Set(settings.onCall)]
    const fit = await tx`
      select from officers where id = any (${list(tx, onCall)}::uuid[]) and unit_id = ${unitId} and disabled_at is null`
    if (fit.length < onCall.length) return { faults: [{ where: 'on_call', what: `names no officer of ${unitId}` }] }
    await tx`
      insert into unit_settings (unit_id, assignment, on_call, set_by, set_at)
      values (${unitId}, ${settings.assignment}, ${list(tx, onCall)}::uuid[], ${by.officerId}, ${now})
      on conflict (unit_id) do update set assignment = excluded.assignment, on_call = excluded.on_call,
        set_by = excluded.set_by, set_at = excluded.set_at`
    const facts = { assignment: settings.assignment, on_call: onCall }
    await recordAudit(
      tx,
      { actorId: by.officerId, action: 'unit-settings-set', subjectKind: 'unit', subjectId: unitId, facts },
      now,
    )
    return { kind: 'done' }
  })
}

/** Who is woken for an urgent ticket of a unit; empty when nobody was named or all of them left. */
export async function onCallOf(tx: Transaction, unitId: string): Promise<string[]> {
  const rows = await tx<{ id: string }[]>`
    select o.id from unit_settings s join officers o on o.id = any (s.on_call)
    where s.unit_id = ${unitId} and o.disabled_at is null`
  return rows.map((row) => row.id)
}
