/** Into line, and out of it: what officers do with a message that was approved. */
import { actOnBroadcast, type BroadcastOutcome, type BroadcastRequest } from './act.ts'
import { contentFault } from './check-content.ts'
import type { BroadcastServices } from './services.ts'

/** Into line: the audience is frozen, and it leaves at the time that was approved. */
export function scheduleBroadcast(
  services: BroadcastServices,
  request: BroadcastRequest,
  now: Date,
): Promise<BroadcastOutcome> {
  return actOnBroadcast(services, 'schedule', request, now, async ({ broadcast }) => {
    const { schedule, catch_up: catchUp, not_after: notAfter } = broadcast.content
    const at = schedule === null ? now : new Date(schedule)
    // Approved too late: as the author chose for any other delay.
    if (at < now && catchUp === 'skip') {
      const what = 'its time went by before it was approved; give it another one'
      return { kind: 'invalid', faults: [contentFault('schedule', 'scheduleMissed', what)] }
    }
    if (notAfter !== null && new Date(notAfter) <= now) {
      const what = 'the time after which it must not leave has passed'
      return { kind: 'invalid', faults: [contentFault('not_after', 'over', what)] }
    }
    return { set: { scheduleAt: at } }
  })
}

export function pauseBroadcast(
  services: BroadcastServices,
  request: BroadcastRequest & { reason?: string | null | undefined },
  now: Date,
): Promise<BroadcastOutcome> {
  return actOnBroadcast(services, 'pause', request, now, async () => ({
    set: { pausedReason: 'officer' },
    facts: request.reason ? { reason: request.reason } : {},
  }))
}

/** On from where it was: to sending, or back into line when nothing had left yet. */
export function resumeBroadcast(
  services: BroadcastServices,
  request: BroadcastRequest,
  now: Date,
): Promise<BroadcastOutcome> {
  return actOnBroadcast(services, 'resume', request, now, async ({ tx, broadcast }) => {
    const corrections = await tx`
      select from broadcasts where corrects = ${broadcast.id} and status not in ('cancelled', 'rejected') limit 1`
    if (corrections.length > 0) return { kind: 'corrected' }
    return { set: { status: broadcast.startedAt === null ? 'scheduled' : 'sending', pausedReason: null } }
  })
}

/** Nothing more leaves; what has left stays as it is. */
export function cancelBroadcast(
  services: BroadcastServices,
  request: BroadcastRequest & { reason?: string | null | undefined },
  now: Date,
): Promise<BroadcastOutcome> {
  return actOnBroadcast(services, 'cancel', request, now, async () => ({
    set: { endedAt: now, pausedReason: null },
    facts: request.reason ? { reason: request.reason } : {},
  }))
}
