import type { Transaction } from '../db/client.ts'
import { list } from '../db/list.ts'
import { type Key, openJson, sealJson } from '../secrets.ts'
import { type Session, sessionSchema } from './session.ts'

interface Owner {
  id: string
  key: Key
}

/** Where these people stand, by contact; nothing for a person never met. */
export async function loadSessions(tx: Transaction, owners: readonly Owner[]): Promise<Map<string, Session>> {
  const keys = new Map(owners.map(({ id, key }) => [id, key]))
  const rows = await tx<{ contact_id: string; sealed_session: Buffer }[]>`
    select contact_id, sealed_session from sessions
    where contact_id = any (${list(tx, [...keys.keys()])}::uuid[])`
  return new Map(
    rows.flatMap(({ contact_id: id, sealed_session: sealed }): [string, Session][] => {
      const key = keys.get(id)
      return key === undefined ? [] : [[id, sessionSchema.parse(openJson(key, sealed))]]
    }),
  )
}

export async function storeSessions(
  tx: Transaction,
  stored: readonly { contact: Owner; session: Session }[],
  now: Date,
): Promise<void> {
  if (stored.length === 0) return
  const column = (of: (one: (typeof stored)[number]) => string | number | Uint8Array) => list(tx, stored.map(of))
  await tx`
    with given as materialized (
      select ${column(({ contact }) => contact.id)}::uuid[] as contact_id,
        ${column(({ session }) => session.flow)}::text[] as flow,
        ${column(({ session }) => session.flowVersion)}::int[] as flow_version,
        ${column(({ session }) => session.step)}::text[] as step,
        ${column(({ contact, session }) => sealJson(contact.key, session))}::bytea[] as sealed
    )
    insert into sessions (contact_id, flow, flow_version, step, sealed_session, updated_at)
    select s.*, ${now}::timestamptz from given g, unnest(g.contact_id, g.flow, g.flow_version, g.step, g.sealed) as s
    on conflict (contact_id) do update set flow = excluded.flow, flow_version = excluded.flow_version,
      step = excluded.step, sealed_session = excluded.sealed_session, updated_at = excluded.updated_at`
}
