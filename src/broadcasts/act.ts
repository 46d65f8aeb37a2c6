import type { Transaction } from '../db/client.ts'
import type { Officer } from '../officers/permissions.ts'
import { type BroadcastStatus, broadcastStatusAfter } from './broadcast.ts'
import type { ContentFault } from './check-content.ts'
import type { BroadcastServices } from './services.ts'
import {
  type Broadcast,
  type BroadcastChange,
  type BroadcastLine,
  broadcastActivitySince,
  changeBroadcast,
  lockBroadcast,
} from './store.ts'
import { mayDoWith, type OfficerVerb } from './who-may.ts'

/** On which message an officer acts, and what they had before their eyes. */
export interface BroadcastRequest {
  id: string
  officer: Officer
  /** The last `activity.seq` the officer saw; left out by a program that does not look. */
  seen?: number | undefined
  /** Of the content that the officer read. */
  hash?: string | undefined
}

export type BroadcastOutcome =
  | { kind: 'done'; broadcast: Broadcast }
  /** Something happened that the officer has not seen. */
  | { kind: 'stale'; activity: BroadcastLine[] }
  /** Text, audience or schedule are not those that the officer read. */
  | { kind: 'changed'; hash: string }
  | { kind: 'wrong-status'; from: BroadcastStatus }
  | { kind: 'not-found' }
  | { kind: 'forbidden' }
  | { kind: 'own-message' }
  | { kind: 'same-approver' }
  /** A correction of it exists: going on with the wrong text would undo that. */
  | { kind: 'corrected' }
  | { kind: 'invalid'; faults: ContentFault[] }

export type Refusal = Exclude<BroadcastOutcome, { kind: 'done' }>

/** The message, locked, and the status the verb leads to unless the action says otherwise. */
export interface BroadcastStep {
  tx: Transaction
  broadcast: Broadcast
  to: BroadcastStatus
  now: Date
}

export type AppliedChange = Omit<BroadcastChange, 'actorId' | 'verb'> & { verb?: string }

/** The one path of every action: lock, who may, what was seen, whether the status allows it; then the change as one. */
export async function actOnBroadcast(
  { sql }: Pick<BroadcastServices, 'sql'>,
  verb: OfficerVerb,
  { id, officer, seen, hash }: BroadcastRequest,
  now: Date,
  apply: (step: BroadcastStep) => Promise<AppliedChange | Refusal>,
): Promise<BroadcastOutcome> {
  return sql.begin(async (tx): Promise<BroadcastOutcome> => {
    const broadcast = await lockBroadcast(tx, id)
    if (broadcast === null) return { kind: 'not-found' }
    if (!mayDoWith(verb, officer, broadcast)) return { kind: 'forbidden' }
    if (hash !== undefined && hash !== broadcast.contentHash) return { kind: 'changed', hash: broadcast.contentHash }
    if (seen !== undefined && seen !== broadcast.lastSeq) {
      return { kind: 'stale', activity: await broadcastActivitySince(tx, id, Math.min(seen, broadcast.lastSeq)) }
    }
    const to = broadcastStatusAfter(verb, broadcast.status)
    if (to === null) return { kind: 'wrong-status', from: broadcast.status }
    const applied = await apply({ tx, broadcast, to, now })
    if ('kind' in applied) return applied
    const change = { verb, ...applied, set: { status: to, ...applied.set }, actorId: officer.id }
    return { kind: 'done', broadcast: await changeBroadcast(tx, broadcast, change, now) }
  })
}
