import type { Transaction } from '../db/client.ts'
import { actOnBroadcast, type BroadcastOutcome, type BroadcastRequest } from './act.ts'
import { approval, type BroadcastStatus } from './broadcast.ts'
import { type ContentFault, contentFault } from './check-content.ts'
import { faultsBeforeSubmission, NOT_APPROVED } from './draft.ts'
import { type AudiencePreview, isFew, previewAudience } from './preview.ts'
import type { BroadcastServices } from './services.ts'
import { type Broadcast, findBroadcast, unfreeze } from './store.ts'
import { mayDoWith } from './who-may.ts'

const STANDING_STILL: readonly string[] = ['done', 'paused', 'cancelled'] satisfies BroadcastStatus[]

/** Asks others to approve. The audience is counted before, so that they know to how many it goes. */
export async function submitBroadcast(
  services: BroadcastServices,
  request: BroadcastRequest,
  now: Date,
): Promise<BroadcastOutcome> {
  const counted = await countFor(services, request, now)
  return actOnBroadcast(services, 'submit', { hash: counted?.hash, ...request }, now, async ({ tx, broadcast }) => {
    const faults = await faultsBeforeSubmission(services, broadcast.content, now)
    if (broadcast.corrects !== null) faults.push(...(await faultsOfCorrection(tx, broadcast, broadcast.corrects)))
    if (counted === null) return { kind: 'stale', activity: [] }
    const { preview } = counted
    // Whoever has had enough for this week may hear of it by the time it leaves.
    const concerned = preview.people + (preview.excluded['weekly-limit'] ?? 0)
    if (concerned === 0 && !preview.estimated) {
      faults.push(contentFault('audience', 'empty', 'this concerns nobody', {}))
    }
    if (faults.length > 0) return { kind: 'invalid', faults }
    const isVeiled = preview.smallHidden && isFew(preview.people)
    const set = { ...NOT_APPROVED, submittedAt: now, households: isVeiled ? null : preview.people, preview }
    const people = isVeiled ? {} : { people: preview.people }
    return { set, facts: { ...people, estimated: preview.estimated } }
  })
}

/**
 * The original stands still: it may have gone on when its correction was rejected, and people would be left with the
 * wrong text. And nobody gets two corrections of it: one that is wrong itself is corrected in its turn.
 */
async function faultsOfCorrection(tx: Transaction, { id }: Broadcast, original: string): Promise<ContentFault[]> {
  const [row] = await tx<{ status: string }[]>`select status from broadcasts where id = ${original} for update`
  const isStill = row !== undefined && STANDING_STILL.includes(row.status)
  const others = await tx`
    select from broadcasts where corrects = ${original} and id <> ${id}
      and status not in ('draft', 'rejected', 'cancelled') limit 1`
  return [
    ...(isStill
      ? []
      : [contentFault('corrects', 'originalLeaves', 'the message that this one corrects is being sent again')]),
    ...(others.length === 0
      ? []
      : [contentFault('corrects', 'correctedBefore', 'another correction of that message exists; correct that one')]),
  ]
}

async function countFor(
  services: BroadcastServices,
  { id, officer }: BroadcastRequest,
  now: Date,
): Promise<{ hash: string; preview: AudiencePreview } | null> {
  const broadcast = await findBroadcast(services.sql, id)
  if (broadcast === null || !mayDoWith('submit', officer, broadcast)) return null
  const { content, corrects, contentHash: hash } = broadcast
  return { hash, preview: await previewAudience(services, content, { corrects, now }) }
}

/** One approval; the message is approved with the last that is needed. */
export function approveBroadcast(
  services: BroadcastServices,
  request: BroadcastRequest,
  now: Date,
): Promise<BroadcastOutcome> {
  return actOnBroadcast(services, 'approve', request, now, async ({ broadcast }) => {
    const { officer } = request
    const outcome = approval(
      broadcast,
      { approverId: officer.id, hash: request.hash ?? broadcast.contentHash, households: broadcast.households ?? 0 },
      services.broadcasting.rules,
    )
    if (outcome.kind === 'refused') {
      if (outcome.because === 'changed') return { kind: 'changed', hash: broadcast.contentHash }
      return { kind: outcome.because }
    }
    const facts = { hash: broadcast.contentHash }
    if (outcome.kind === 'first-of-two') {
      return { set: { status: 'submitted', approverId: officer.id }, facts, verb: 'approve-first' }
    }
    const approver = broadcast.approverId === null ? { approverId: officer.id } : { secondApproverId: officer.id }
    return { set: { ...approver, approvedAt: now }, facts }
  })
}

/** Back to the author, who may change it and submit it again. */
export function rejectBroadcast(
  services: BroadcastServices,
  request: BroadcastRequest & { reason: string },
  now: Date,
): Promise<BroadcastOutcome> {
  return actOnBroadcast(services, 'reject', request, now, async ({ tx, broadcast }) => {
    await unfreeze(tx, broadcast)
    return { set: NOT_APPROVED, facts: { reason: request.reason } }
  })
}
