import fc from 'fast-check'
import { localDay } from '../../src/clock.ts'
import type { Sql } from '../../src/db/client.ts'
import { acceptHandOff } from '../../src/desk/accept-hand-off.ts'
import type { ActRequest } from '../../src/desk/act.ts'
import { ask } from '../../src/desk/ask.ts'
import { assignOpen, spreadWorkOfAway } from '../../src/desk/assign.ts'
import { assignTo } from '../../src/desk/assign-to.ts'
import { removeCalendarDay, setCalendarDay } from '../../src/desk/calendar-days.ts'
import { createCalendars } from '../../src/desk/calendars.ts'
import { citizenSays, confirmResolved, reopenByCitizen } from '../../src/desk/citizen-says.ts'
import { claim } from '../../src/desk/claim.ts'
import { climbLadders } from '../../src/desk/escalate.ts'
import { handOff } from '../../src/desk/hand-off.ts'
import { merge } from '../../src/desk/merge.ts'
import { note } from '../../src/desk/note.ts'
import { reckonDeadlines } from '../../src/desk/reckon-deadlines.ts'
import { release } from '../../src/desk/release.ts'
import { reopen } from '../../src/desk/reopen.ts'
import { reply } from '../../src/desk/reply.ts'
import { resolve } from '../../src/desk/resolve.ts'
import { returnHandOff } from '../../src/desk/return-hand-off.ts'
import { closeSilent, lapseHandOffs, moveToSuccessors } from '../../src/desk/round.ts'
import type { DeskServices } from '../../src/desk/services.ts'
import { endLeave, leavesOf, setLeave } from '../../src/officers/leave.ts'
import { coordinatorOn } from '../../src/territory/successor.ts'
import { isInForce, type Unit } from '../../src/territory/territory.ts'
import {
  aContact,
  aMessage,
  anOfficer,
  aTicket,
  COMMUNE_UNIT,
  calendarBook,
  DEPARTMENT,
  desk,
  hoursLater,
  ticketNow,
} from './desk-builders.ts'

export const MOVES = [
  'claim',
  'release',
  'reply',
  'note',
  'ask',
  'hand-off',
  'accept',
  'return',
  'resolve',
  'reopen',
  'merge',
  'assign',
  'said',
  'confirm',
  'citizen-reopens',
  'time',
  'leave',
  'spread',
  'calendar',
  'units-merge',
] as const
type Move = (typeof MOVES)[number]

const move: fc.Arbitrary<Move> = fc.oneof(
  { weight: 30, arbitrary: fc.constantFrom(...MOVES.filter((one) => one !== 'units-merge' && one !== 'merge')) },
  {
    weight: 4,
    arbitrary: fc.constantFrom('claim' as const, 'hand-off' as const, 'accept' as const, 'spread' as const),
  },
  { weight: 1, arbitrary: fc.constantFrom('merge' as const, 'units-merge' as const) },
)

export const histories = fc.array(
  fc.record({
    move,
    // Mostly the one officer, so that a good part of the moves is possible.
    who: fc.oneof(
      { weight: 6, arbitrary: fc.constant('one' as const) },
      { weight: 4, arbitrary: fc.constantFrom('other' as const, 'department' as const, 'admin' as const) },
    ),
    hours: fc.oneof({ weight: 9, arbitrary: fc.constantFrom(0, 1, 30) }, { weight: 1, arbitrary: fc.constant(400) }),
  }),
  { minLength: 1, maxLength: 40, size: 'max' },
)

type Step = typeof histories extends fc.Arbitrary<(infer Item)[]> ? Item : never

/** What a history is played with. Units are its own, so that no other history shares its officers. */
interface Stage {
  sql: Sql
  services: DeskServices
  contact: Awaited<ReturnType<typeof aContact>>
  id: number
  /** Another open ticket of the same person. */
  main: { id: number; number: string }
  officers: Record<Step['who'], Awaited<ReturnType<typeof anOfficer>>>
}

/** The commune's desk ended and these took over; the same for the department. */
const HEIRS = { [COMMUNE_UNIT]: 'desk_after_merger', [DEPARTMENT]: 'department_after_merger' }

/**
 * Plays a history on a fresh ticket and returns what was wrong with it after any move. `reached` collects what the
 * histories came to, move by move, to see that they were worth playing.
 */
export async function play(sql: Sql, history: readonly Step[], reached: Set<string>): Promise<string[]> {
  await sql`update officers set disabled_at = now() where disabled_at is null`
  await sql`delete from calendar_days`
  // Rounds look at all tickets; those of histories before are out of the way.
  await sql`update tickets set status = 'closed', promise = null, due_at = null, paused_at = null, queue_position = null,
    ladder_at = null, offer_lapses_at = null where status <> 'closed'`
  const contact = await aContact(sql)
  const officers = {
    one: await anOfficer(sql, { roles: ['commune_officer', 'head_of_unit'] }),
    other: await anOfficer(sql),
    department: await anOfficer(sql, { unitId: DEPARTMENT, roles: ['department_officer'] }),
    admin: await anOfficer(sql, { unitId: null, roles: ['administrator', 'supervisor'] }),
  }
  const { id, number } = await aTicket(sql, contact, { at: hoursLater(-66) })
  // The week after: what is merged was filed first.
  const main = await aTicket(sql, contact)
  const services = { ...desk, calendars: createCalendars(calendarBook) }
  const stage: Stage = { sql, services, contact, id, main, officers }
  const broken: string[] = []
  let now = hoursLater(0)
  for (const { move, who, hours } of history) {
    now = hoursLater(hours, now)
    const before = await ticketNow(sql, number)
    const mainBefore = await ticketNow(sql, main.number)
    const request: ActRequest = { number, officer: officers[who], seen: before.lastSeq }
    await make(stage, move, request, now)
    const after = await ticketNow(sql, number)
    if (after.lastSeq > before.lastSeq) reached.add(`${move} → ${after.status}`)
    broken.push(...wrongWith(stage, move, before, after, now))
    if (after.mergedInto === main.id && before.mergedInto === null) {
      broken.push(...laterThanBoth(before, mainBefore, await ticketNow(sql, main.number)))
    }
  }
  for (const ticketId of [id, main.id]) {
    const [count] = await sql<{ lines: number; last: number }[]>`
      select count(*) as lines, max(seq) as last from activity where ticket_id = ${ticketId}`
    if (count?.lines !== count?.last) broken.push('the activity log has holes')
  }
  return broken
}

type Ticket = Awaited<ReturnType<typeof ticketNow>>

/** Whoever filed a matter twice waits no longer than either ticket had promised. */
function laterThanBoth(duplicate: Ticket, before: Ticket, after: Ticket): string[] {
  const isPaused = duplicate.pausedAt !== null || before.pausedAt !== null
  if (isPaused || duplicate.promise !== before.promise || duplicate.dueAt === null || before.dueAt === null) return []
  const first = Math.min(duplicate.dueAt.getTime(), before.dueAt.getTime())
  return after.dueAt !== null && after.dueAt.getTime() <= first ? [] : ['merge: the earlier deadline was dropped']
}

const MAY_MOVE_UNIT: ReadonlySet<Move> = new Set<Move>(['accept', 'time', 'units-merge', 'reopen', 'citizen-reopens'])
const KEEPS_DEADLINE: ReadonlySet<Move> = new Set<Move>([
  'claim',
  'release',
  'note',
  'hand-off',
  'accept',
  'return',
  'assign',
  'spread',
  'leave',
  'time',
  'units-merge',
])

function wrongWith({ services }: Stage, move: Move, before: Ticket, after: Ticket, now: Date): string[] {
  const broken: string[] = []
  const unit = services.territory.unitById.get(after.unitId)
  const day = localDay(now)
  if (!unit || (after.status !== 'closed' && !isInForce(unit, day))) broken.push(`${move}: no unit answers`)
  const isFinished = after.status === 'resolved' || after.status === 'closed'
  if ((after.dueAt === null) !== isFinished) broken.push(`${move}: ${after.status}, deadline ${after.dueAt}`)
  if ((after.promise === null) !== isFinished) broken.push(`${move}: ${after.status}, promise ${after.promise}`)
  if ((after.queuePosition === null) !== isFinished) broken.push(`${move}: ${after.status}, no place in the queue`)
  if (isFinished && after.ladderAt !== null) broken.push(`${move}: finished, yet on the ladder`)
  if ((after.pausedAt !== null) !== (after.status === 'pending')) broken.push(`${move}: paused while ${after.status}`)
  if (after.status === 'assigned' && after.assigneeId === null) broken.push(`${move}: assigned to nobody`)
  if (after.status === 'open' && after.assigneeId !== null) broken.push(`${move}: open, yet somebody has it`)
  if (before.unitId !== after.unitId && !MAY_MOVE_UNIT.has(move)) broken.push(`${move}: the unit changed unaccepted`)
  const isSameClock = before.dueAt !== null && after.dueAt !== null && before.pausedMinutes === after.pausedMinutes
  if (KEEPS_DEADLINE.has(move) && isSameClock && before.dueAt?.getTime() !== after.dueAt?.getTime()) {
    broken.push(`${move}: the deadline moved`)
  }
  const hopsMost = services.territory.routing.acceptedAtMost
  const coordinator = coordinatorOn(services.territory, day).id
  const offers = after.offeredUnitId !== null && before.offeredUnitId !== after.offeredUnitId
  if (move === 'hand-off' && offers && before.hops >= hopsMost && after.offeredUnitId !== after.unitId) {
    if (after.unitId !== coordinator && after.offeredUnitId !== coordinator) broken.push('passed on and on')
  }
  return broken
}

async function make(stage: Stage, move: Move, request: ActRequest, now: Date): Promise<unknown> {
  const { sql, services, contact, id, main, officers } = stage
  const words = { text: 'x', attachmentIds: [] }
  switch (move) {
    case 'claim':
      return claim(sql, services, request, now)
    case 'release':
      return release(sql, services, request, now)
    case 'reply':
      return reply(sql, services, { ...request, ...words }, now)
    case 'note':
      return note(sql, services, { ...request, ...words }, now)
    case 'ask':
      return ask(sql, services, { ...request, text: 'x', papers: ['y'] }, now)
    case 'hand-off': {
      const isOfCommune = request.officer.unitId !== null && request.officer.unitId !== DEPARTMENT
      const toUnit = isOfCommune ? DEPARTMENT : COMMUNE_UNIT
      return handOff(sql, services, { ...request, toUnit, toOfficer: null, reason: 'x' }, now)
    }
    case 'accept':
      return acceptHandOff(sql, services, request, now)
    case 'return':
      return returnHandOff(sql, services, { ...request, reason: 'x' }, now)
    case 'resolve': {
      const end = { result: 'advised' as const, reason: 'x', basis: null, nextStep: 'y', text: null }
      return resolve(sql, services, { ...request, ...end }, now)
    }
    case 'reopen':
      return reopen(sql, services, { ...request, reason: 'x' }, now)
    case 'merge':
      return merge(sql, services, { ...request, into: main.number, reason: 'x' }, now)
    case 'assign':
      return assignTo(sql, services, { ...request, toOfficer: officers.other.username }, now)
    case 'said': {
      const messageId = await aMessage(sql, contact, 'x', now)
      return sql.begin((tx) => citizenSays(tx, services, { ticketId: id, messageId, attachmentIds: [] }, now))
    }
    case 'confirm':
      return sql.begin((tx) => confirmResolved(tx, services, id, now))
    case 'citizen-reopens':
      return sql.begin((tx) => reopenByCitizen(tx, services, id, now))
    case 'time':
      await lapseHandOffs(sql, services, now)
      await moveToSuccessors(sql, services, now)
      await climbLadders(sql, services, now)
      return closeSilent(sql, services, now)
    case 'leave':
      await goOrComeBack(sql, request.officer.id, now)
      return spreadWorkOfAway(sql, services, now)
    case 'spread':
      await spreadWorkOfAway(sql, services, now)
      return assignOpen(sql, services, now)
    case 'calendar':
      await changeCalendar(stage, now)
      return reckonDeadlines(sql, services, now)
    case 'units-merge':
      endUnits(stage, now)
      return moveToSuccessors(sql, stage.services, now)
  }
}

async function goOrComeBack(sql: Sql, officerId: string, now: Date): Promise<unknown> {
  const day = localDay(now)
  const [leave] = await leavesOf(sql, [officerId], day)
  if (leave) return endLeave(sql, leave.id, day)
  return setLeave(sql, { officerId, fromDay: day, toDay: localDay(hoursLater(72, now)) }, now)
}

async function changeCalendar({ sql, services, officers }: Stage, now: Date): Promise<unknown> {
  const by = { officerId: officers.admin.id }
  const day = localDay(hoursLater(24, now))
  const [set] = await sql<{ id: number }[]>`select id from calendar_days where day = ${day}`
  if (set) return removeCalendarDay(sql, services, set.id, by, now)
  return setCalendarDay(sql, services, { unitId: null, day, isWorked: false, name: 'Bão' }, by, now)
}

/** From today on, the commune's desk and the department are others; officers stay where they were. */
function endUnits(stage: Stage, now: Date): void {
  const { territory } = stage.services
  const today = localDay(now)
  const yesterday = localDay(hoursLater(-24, now))
  if (territory.unitById.has(HEIRS[COMMUNE_UNIT] ?? '')) return
  const units = territory.units.flatMap((unit): Unit[] => {
    const heir = HEIRS[unit.id]
    if (heir === undefined) return [unit]
    return [
      { ...unit, to: yesterday, successor: heir },
      { ...unit, id: heir, from: today, to: null, successor: null },
    ]
  })
  const unitById = new Map(units.map((unit) => [unit.id, unit]))
  stage.services = { ...stage.services, territory: { ...territory, units, unitById } }
}
