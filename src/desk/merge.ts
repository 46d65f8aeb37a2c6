import type { Sql } from '../db/client.ts'
import { drizzleOn, eq } from '../db/drizzle.ts'
import type { Fault } from '../errors.ts'
import { standingOf } from '../officers/permissions.ts'
import { moveInterests } from '../openings/seats.ts'
import { openJson, sealJson } from '../secrets.ts'
import { type ActOutcome, type ActRequest, act, type Step, say } from './act.ts'
import { change } from './activity.ts'
import { leaveTalk, readTicketRow, type Ticket } from './locked-ticket.ts'
import type { DeskServices, Resolution } from './services.ts'
import { tickets } from './tables.ts'
import { isOverdue, mergeFault, nextPromise, pauseAfter } from './ticket.ts'
import { noOffer } from './ticket-changes.ts'
import { papersSchema } from './tickets-of-contact.ts'
import { whoHas } from './who-has.ts'
import { allOfUrgent } from './who-is-woken.ts'
import { keepNote, speakToCitizen } from './words.ts'

export interface MergeRequest extends ActRequest {
  /** Number of the ticket that goes on. */
  into: string
  reason: string
}

/**
 * Ends a ticket as a duplicate of another one of the same person, which goes on: the words and papers of both stand
 * there, and what the person says from now on goes there. It takes over what the duplicate was ahead in: urgency, the
 * earlier deadline, papers still awaited, wished-for openings.
 */
export function merge(sql: Sql, services: DeskServices, request: MergeRequest, now: Date): Promise<ActOutcome> {
  return act(sql, services, 'merge', request, now, async (step) => {
    const main = await lockMain(step, request.into)
    if ('faults' in main) return main
    const { ticket, tx } = step
    const note = await keepNote(step, request.reason)
    const facts: Record<string, unknown> = { result: 'duplicate', into: main.number, note }
    if (step.reach !== null) {
      const text = say(step, 'merged', { into: main.number })
      facts.message = await speakToCitizen(step, { text, takesTalk: false })
    }
    await leaveTalk(tx, step)
    await moveInterests(tx, ticket.id, main.id)
    const isNewlyUrgent = ticket.urgent && !main.urgent
    const firstAnsweredAt = firstAnswer(main, ticket)
    const earlier = earlierClock(main, ticket, services.calendars, now)
    await change(
      tx,
      { ...main, ...earlier },
      services,
      {
        set: {
          ...(earlier && { createdAt: earlier.createdAt, promises: earlier.promises }),
          ...awaitedTogether(step, main),
          urgent: main.urgent || ticket.urgent,
          priorityGroups: [...new Set([...main.priorityGroups, ...ticket.priorityGroups])],
          firstAnsweredAt,
          spokenAt: now,
        },
        actor: 'officer',
        officerId: step.officerId,
        verb: 'took-in',
        facts: {
          number: ticket.number,
          // What the figures of the main ticket rest on from here on.
          ...(earlier && { filed_at: earlier.createdAt, waited: earlier.pausedMinutes }),
          ...(firstAnsweredAt !== main.firstAnsweredAt && { answered_at: firstAnsweredAt }),
        },
        tell: isNewlyUrgent
          ? [{ to: await allOfUrgent(tx, main, now), kind: 'urgent' }]
          : [{ to: whoHas(main, now), kind: 'citizen_wrote' }],
        isReckonedAnew: earlier !== null,
      },
      now,
    )
    // Whoever joined others into this one joined them into the main one too.
    await drizzleOn(tx).update(tickets).set({ mergedInto: main.id }).where(eq(tickets.mergedInto, ticket.id))
    const words: Resolution = {
      reason: request.reason,
      basis: null,
      nextStep: say(step, 'mergedNext', { into: main.number }),
      text: null,
    }
    return {
      set: {
        result: 'duplicate',
        mergedInto: main.id,
        sealedResolution: sealJson(step.key, words),
        assigneeId: ticket.assigneeId ?? step.officerId,
        resolvedAt: now,
        spokenAt: now,
        sealedPapers: null,
        ...noOffer,
      },
      facts,
    }
  })
}

/** The person was answered on the ticket that was filed first, before there was the other. */
function firstAnswer(main: Ticket, duplicate: Ticket): Date | null {
  return main.firstAnsweredAt ?? (duplicate.createdAt < main.createdAt ? duplicate.firstAnsweredAt : null)
}

/** The duplicate's clock where it falls due first: nobody waits longer for having asked twice. Null: the main one's stays. */
function earlierClock(
  main: Ticket,
  duplicate: Ticket,
  calendars: DeskServices['calendars'],
  now: Date,
): Pick<Ticket, 'createdAt' | 'promises' | 'pausedMinutes'> | null {
  const calendar = calendars.of(main.unitId)
  const { pausedMinutes } = pauseAfter(duplicate, 'resolved', now, calendars.of(duplicate.unitId))
  const { createdAt, promises } = duplicate
  const joint = { ...main, urgent: main.urgent || duplicate.urgent, firstAnsweredAt: firstAnswer(main, duplicate) }
  const due = nextPromise(joint, calendar).dueAt
  const dueEarlier = nextPromise({ ...joint, createdAt, promises, pausedMinutes }, calendar).dueAt
  return due !== null && dueEarlier !== null && dueEarlier < due ? { createdAt, promises, pausedMinutes } : null
}

/** The papers that the person was asked for on either ticket, sealed for the main one. */
function awaitedTogether(step: Step, main: Ticket): { sealedPapers?: Buffer } {
  const { ticket, people, services } = step
  if (ticket.sealedPapers === null) return {}
  const key =
    main.contactId === null
      ? main.sealedKey && services.secrets.openPersonKey(main.sealedKey)
      : people.find(({ id }) => id === main.contactId)?.key
  if (!key) return {}
  const own = main.sealedPapers === null ? [] : papersSchema.parse(openJson(key, main.sealedPapers))
  const others = papersSchema.parse(openJson(step.key, ticket.sealedPapers))
  return { sealedPapers: sealJson(key, [...new Set([...own, ...others])]) }
}

/** Somebody without a chat is told from others by the names and numbers that they gave; unnamed, they are nobody's double. */
function isSameWalkIn(duplicate: Ticket, main: Ticket): boolean {
  const { searchHashes } = duplicate
  return searchHashes.length > 0 && searchHashes.every((hash) => main.searchHashes.includes(hash))
}

/** The other ticket, locked. Somebody at work on it is not waited for: two who merge crosswise would wait for each other. */
async function lockMain(step: Step, number: string): Promise<Ticket | { faults: Fault[] }> {
  const into = (what: string) => ({ faults: [{ where: 'into', what }] })
  const drizzle = drizzleOn(step.tx)
  const [found] = await drizzle.select({ id: tickets.id }).from(tickets).where(eq(tickets.number, number))
  if (!found) return into(`there is no ticket ${number}`)
  const [row] = await drizzle
    .select()
    .from(tickets)
    .where(eq(tickets.id, found.id))
    .for('no key update', { skipLocked: true })
  if (!row) return found.id === step.ticket.id ? into('name another ticket') : into('somebody works on it; try again')
  const main = readTicketRow(row)
  const standing = standingOf(step.officer, { ...main, isOverdue: isOverdue(main, step.now) })
  if (standing === null) return into('is not a ticket of your unit')
  const isSamePerson =
    main.contactId === null
      ? step.contact === null && isSameWalkIn(step.ticket, main)
      : step.people.some(({ id }) => id === main.contactId)
  const fault = mergeFault(step.ticket, main, isSamePerson)
  return fault === null ? main : into(fault)
}
