import { recordAudit } from '../audit/record.ts'
import type { Sql } from '../db/client.ts'
import type { Officer } from '../officers/permissions.ts'
import { findBroadcast } from './store.ts'
import { mayDoWith } from './who-may.ts'

/** `arrived`: the person says that they have it; `visit`: nobody knows, so somebody goes and tells them. */
export type HandSettlement = 'arrived' | 'visit'

export type HandOutcome =
  | { kind: 'done' }
  | { kind: 'not-found' }
  | { kind: 'forbidden' }
  /** A receipt or somebody else settled it before. */
  | { kind: 'settled' }

/** A send of which nobody knows the outcome is never made again: a person finds out, or tells the household in person. */
export async function settleByHand(
  sql: Sql,
  asked: { broadcastId: string; contactId: string; officer: Officer; as: HandSettlement },
  now: Date,
): Promise<HandOutcome> {
  const { broadcastId, contactId, officer, as } = asked
  const broadcast = await findBroadcast(sql, broadcastId)
  if (broadcast === null) return { kind: 'not-found' }
  if (!mayDoWith('pause', officer, broadcast)) return { kind: 'forbidden' }
  return sql.begin(async (tx): Promise<HandOutcome> => {
    const state = as === 'arrived' ? 'confirmed' : 'visit'
    const rows = await tx`
      update broadcast_recipients set state = ${state}, reason = ${as === 'arrived' ? 'by-hand' : 'uncertain'},
        settled_at = ${as === 'arrived' ? now : null}
      where broadcast_id = ${broadcastId} and contact_id = ${contactId} and state = 'uncertain' returning 1`
    if (rows.length === 0) return { kind: 'settled' }
    const facts = { contact: contactId, as }
    const about = { subjectKind: 'broadcast', subjectId: broadcastId, facts }
    await recordAudit(tx, { actorId: officer.id, action: 'broadcast-settled', ...about }, now)
    return { kind: 'done' }
  })
}
