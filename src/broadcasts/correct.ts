import { mayWriteBroadcasts, type Officer } from '../officers/permissions.ts'
import type { BroadcastOutcome } from './act.ts'
import type { BroadcastContent } from './broadcast.ts'
import { createDraft } from './draft.ts'
import type { BroadcastServices } from './services.ts'
import { findBroadcast } from './store.ts'
import { mayRead } from './who-may.ts'

export type CorrectedContent = Partial<
  Pick<BroadcastContent, 'texts' | 'link' | 'attachment' | 'buttons' | 'schedule' | 'not_after' | 'zalo_template'>
>

/**
 * A draft that puts right what a message said, to exactly those who got it. Only once that one stands still: people who
 * get the wrong text later would be left with it.
 */
export async function correctBroadcast(
  services: BroadcastServices,
  { id, officer, corrected }: { id: string; officer: Officer; corrected: CorrectedContent },
  now: Date,
): Promise<BroadcastOutcome> {
  const original = await findBroadcast(services.sql, id)
  if (original === null) return { kind: 'not-found' }
  if (!mayWriteBroadcasts(officer) || !mayRead(officer, original)) return { kind: 'forbidden' }
  const standsStill = ['done', 'paused', 'cancelled'].includes(original.status)
  if (!standsStill || original.startedAt === null) return { kind: 'wrong-status', from: original.status }
  const { not_after: _, schedule: __, ...content } = original.content
  const changed = { ...content, schedule: null, not_after: null, ...corrected }
  return createDraft(services, officer, { content: changed, unitId: original.unitId, corrects: id }, now)
}
