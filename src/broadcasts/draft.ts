import { localDay } from '../clock.ts'
import { drizzleOn } from '../db/drizzle.ts'
import { newId } from '../ids.ts'
import { mayWriteBroadcasts, type Officer } from '../officers/permissions.ts'
import { coordinatorOn, ruleOn } from '../territory/successor.ts'
import { isInForce } from '../territory/territory.ts'
import { actOnBroadcast, type BroadcastOutcome, type BroadcastRequest } from './act.ts'
import { type BroadcastContent, contentHash } from './broadcast.ts'
import { contentFault, faultsOfContent, faultsOfFile, faultsOfTemplate } from './check-content.ts'
import type { BroadcastServices } from './services.ts'
import { findBroadcast, recordLine, unfreeze } from './store.ts'
import { broadcasts } from './tables.ts'

export interface NewBroadcast {
  content: BroadcastContent
  /** Who answers for it and gets the replies; the author's unit unless told, else the department of the topic. */
  unitId?: string | null | undefined
  corrects?: string | null
}

/** A new message of an editor's own. What can never be right is refused at once; the rest when it is submitted. */
export async function createDraft(
  services: BroadcastServices,
  officer: Officer,
  { content, unitId: given, corrects = null }: NewBroadcast,
  now: Date,
): Promise<BroadcastOutcome> {
  if (!mayWriteBroadcasts(officer)) return { kind: 'forbidden' }
  const { sql } = services
  const unitId = given ?? unitFor(services, officer, content.topic, now)
  const faults = [...faultsOfContent(services, content, now), ...faultsOfUnit(services, unitId, now)]
  if (faults.length > 0) return { kind: 'invalid', faults }
  const id = newId()
  await sql.begin(async (tx) => {
    await drizzleOn(tx)
      .insert(broadcasts)
      .values({
        id,
        ...columnsOf(content),
        unitId,
        status: 'draft',
        authorId: officer.id,
        corrects,
        lastSeq: 1,
        createdAt: now,
        updatedAt: now,
      })
    const facts = corrects === null ? {} : { corrects }
    await recordLine(tx, { broadcastId: id, seq: 1, actorId: officer.id, verb: 'draft', facts }, now)
  })
  const broadcast = await findBroadcast(sql, id)
  return broadcast === null ? { kind: 'not-found' } : { kind: 'done', broadcast }
}

/** Other words, another audience or time. Whatever was approved is not any more, and what was frozen goes. */
export function editDraft(
  services: BroadcastServices,
  request: BroadcastRequest & { content: BroadcastContent; unitId?: string | null | undefined },
  now: Date,
): Promise<BroadcastOutcome> {
  return actOnBroadcast(services, 'edit', request, now, async ({ tx, broadcast }) => {
    // What a correction says may change; to whom and as what it goes is the original's.
    const { kind, audience } = broadcast.content
    const content = broadcast.corrects === null ? request.content : { ...request.content, kind, audience }
    const unitId = request.unitId ?? broadcast.unitId
    const faults = [...faultsOfContent(services, content, now), ...faultsOfUnit(services, unitId, now)]
    if (faults.length > 0) return { kind: 'invalid', faults }
    await unfreeze(tx, broadcast)
    const voids = broadcast.approverId !== null
    return { set: { ...columnsOf(content), unitId, ...NOT_APPROVED }, facts: voids ? { voids_approval: true } : {} }
  })
}

/** Nothing of an approval or a frozen audience is left. */
export const NOT_APPROVED = {
  submittedAt: null,
  approverId: null,
  secondApproverId: null,
  approvedAt: null,
  households: null,
  preview: null,
  scheduleAt: null,
  frozenUpTo: null,
  frozenAt: null,
}

export async function faultsBeforeSubmission(services: BroadcastServices, content: BroadcastContent, now: Date) {
  return [
    ...faultsOfContent(services, content, now),
    ...(await faultsOfTemplate(services.sql, content)),
    ...(await faultsOfFile(services.sql, content)),
  ]
}

function columnsOf(content: BroadcastContent) {
  return {
    kind: content.kind,
    topic: content.topic,
    content,
    contentHash: contentHash(content),
    notAfter: content.not_after === null ? null : new Date(content.not_after),
  }
}

function unitFor({ territory }: BroadcastServices, officer: Officer, topic: string, now: Date): string {
  const day = localDay(now)
  return officer.unitId ?? ruleOn(territory, topic, day)?.department ?? coordinatorOn(territory, day).id
}

function faultsOfUnit({ territory }: BroadcastServices, unitId: string | null, now: Date) {
  const unit = unitId === null ? undefined : territory.unitById.get(unitId)
  if (unit !== undefined && isInForce(unit, localDay(now))) return []
  return [
    contentFault('unit', 'unit', 'there is no such unit today; GET /api/v1/units lists them', { id: unitId ?? '' }),
  ]
}
