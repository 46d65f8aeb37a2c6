import { z } from 'zod'
import { RESULTS } from '../desk/ticket.ts'
import { deedSchema } from './deed.ts'

export const QUEUES = ['mine', 'unit', 'offered', 'overdue'] as const
export type QueueName = (typeof QUEUES)[number]

/** The ticket spoken of, and the last line of its activity that the officer was shown. */
const about = { number: z.string(), seen: z.number() }

/** Where the talk with an officer stands: what the last message asks. */
const placeSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('menu') }),
  /** `cursors`: of the pages turned over so far; the last one is shown. */
  z.object({ kind: z.literal('list'), queue: z.enum(QUEUES), cursors: z.array(z.string()) }),
  /** `brief`: only what can be done, after something was done. */
  z.object({ kind: z.literal('ticket'), ...about, brief: z.boolean() }),
  z.object({ kind: z.literal('write'), ...about, verb: z.enum(['reply', 'note', 'return', 'reopen']) }),
  /** Words or files that came without being asked for: are they for the citizen? */
  z.object({ kind: z.literal('loose'), ...about, text: z.string(), attachmentIds: z.array(z.string()) }),
  z.object({ kind: z.literal('papers'), ...about, checklist: z.array(z.string()), chosen: z.array(z.string()) }),
  z.object({ kind: z.literal('unit'), ...about, found: z.array(z.string()) }),
  z.object({ kind: z.literal('colleague'), ...about, unit: z.string() }),
  z.object({ kind: z.literal('handReason'), ...about, unit: z.string(), officer: z.string().nullable() }),
  z.object({ kind: z.literal('result'), ...about }),
  z.object({ kind: z.literal('why'), ...about, result: z.enum(RESULTS) }),
  z.object({
    kind: z.literal('next'),
    ...about,
    result: z.enum(RESULTS),
    reason: z.string().nullable(),
    basis: z.string().nullable(),
  }),
  /** `isChanged`: something happened on the ticket meanwhile. */
  z.object({ kind: z.literal('confirm'), ...about, deed: deedSchema, isChanged: z.boolean() }),
])
export type Place = z.infer<typeof placeSchema>
export type PlaceKind = Place['kind']

/** One thing that can be tapped, or answered by number or words. `value` is ours, `id` what the channel carries. */
const offeredSchema = z.object({ value: z.string(), id: z.string(), words: z.string() })

export const officerSessionSchema = z.object({
  /** `citizen`: the officer speaks with the bot as anybody does. */
  mode: z.enum(['desk', 'citizen']),
  place: placeSchema,
  trail: z.array(placeSchema),
  offered: z.array(offeredSchema),
  page: z.number(),
  updatedAt: z.string(),
})
export type OfficerSession = z.infer<typeof officerSessionSchema>

const TRAIL_LENGTH = 20
/** What was typed half is not gone on with on another day. */
const KEPT_MS = 12 * 3_600_000

export const MENU_PLACE: Place = { kind: 'menu' }

export function newOfficerSession(now: Date): OfficerSession {
  return { mode: 'desk', place: MENU_PLACE, trail: [], offered: [], page: 0, updatedAt: now.toISOString() }
}

/** As it is found after a while: whoever comes back the next day begins at the menu, in the mode they left. */
export function afterSilence(session: OfficerSession, now: Date): OfficerSession {
  if (now.getTime() - Date.parse(session.updatedAt) < KEPT_MS) return session
  return { ...session, place: MENU_PLACE, trail: [], page: 0 }
}

/** Goes on to a place; "back" returns to the one before. */
export function goTo(session: OfficerSession, place: Place): OfficerSession {
  if (place.kind === 'menu') return { ...session, place, trail: [], page: 0 }
  const trail = session.place.kind === 'confirm' ? session.trail : [...session.trail, session.place]
  return { ...session, place, trail: trail.slice(-TRAIL_LENGTH), page: 0 }
}

export function goBack(session: OfficerSession): OfficerSession {
  const before = session.trail.at(-1)
  return { ...session, place: before ?? MENU_PLACE, trail: session.trail.slice(0, -1), page: 0 }
}

/** Leaves what was begun: back to the ticket it was about, else to the menu. */
export function cancel(session: OfficerSession): OfficerSession {
  const { place } = session
  if (!('number' in place) || place.kind === 'ticket') return { ...session, place: MENU_PLACE, trail: [], page: 0 }
  const trail = session.trail.filter((one) => one.kind === 'menu' || one.kind === 'list')
  return { ...session, place: { kind: 'ticket', number: place.number, seen: place.seen, brief: true }, trail, page: 0 }
}
