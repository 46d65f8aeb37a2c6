import fc from 'fast-check'
import { localDay } from '../../src/clock.ts'
import type { Sql } from '../../src/db/client.ts'
import { acceptHandOff } from '../../src/desk/accept-hand-off.ts'
import type { ActRequest } from '../../src/desk/act.ts'
import { ask } from '../../src/desk/ask.ts'
import { citizenSays, confirmResolved, reopenByCitizen } from '../../src/desk/citizen-says.ts'
import { claim } from '../../src/desk/claim.ts'
import { handOff } from '../../src/desk/hand-off.ts'
import { note } from '../../src/desk/note.ts'
import { release } from '../../src/desk/release.ts'
import { reopen } from '../../src/desk/reopen.ts'
import { reply } from '../../src/desk/reply.ts'
import { resolve } from '../../src/desk/resolve.ts'
import { returnHandOff } from '../../src/desk/return-hand-off.ts'
import { closeSilent, lapseHandOffs, moveToSuccessors } from '../../src/desk/round.ts'
import { isInForce } from '../../src/territory/territory.ts'
import {
  aContact,
  aMessage,
  anOfficer,
  aTicket,
  COMMUNE_UNIT,
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
  'said',
  'confirm',
  'citizen-reopens',
  'time',
] as const

export const histories = fc.array(
  fc.record({
    move: fc.constantFrom(...MOVES),
    // Mostly the one officer, so that a good part of the moves is possible.
    who: fc.oneof(
      { weight: 6, arbitrary: fc.constant('one' as const) },
      { weight: 4, arbitrary: fc.constantFrom('other' as const, 'department' as const, 'admin' as const) },
    ),
    hours: fc.oneof({ weight: 9, arbitrary: fc.constantFrom(0, 1, 30) }, { weight: 1, arbitrary: fc.constant(400) }),
  }),
  { minLength: 1, maxLength: 30, size: 'max' },
)

type Step = typeof histories extends fc.Arbitrary<(infer Item)[]> ? Item : never

/**
 * Plays a history on a fresh ticket and returns what was wrong with it after any move. `reached` collects what the
 * histories came to, move by move, to see that they were worth playing.
 */
export async function play(sql: Sql, history: readonly Step[], reached: Set<string>): Promise<string[]> {
  const contact = await aContact(sql)
  const officers = {
    one: await anOfficer(sql),
    other: await anOfficer(sql),
    department: await anOfficer(sql, { unitId: DEPARTMENT, roles: ['department_officer'] }),
    admin: await anOfficer(sql, { unitId: null, roles: ['administrator', 'supervisor'] }),
  }
  const { id, number } = await aTicket(sql, contact)
  const broken: string[] = []
  let now = hoursLater(0)
  for (const { move, who, hours } of history) {
    now = hoursLater(hours, now)
    const before = await ticketNow(sql, number)
    const request: ActRequest = { number, officer: officers[who], seen: before.lastSeq }
    await make(sql, move, request, id, contact, now)
    const after = await ticketNow(sql, number)
    if (after.lastSeq > before.lastSeq) reached.add(`${move} → ${after.status}`)
    const unit = desk.territory.unitById.get(after.unitId)
    if (!unit || !isInForce(unit, localDay(now))) broken.push(`${move}: no unit answers`)
    const isFinished = after.status === 'resolved' || after.status === 'closed'
    if ((after.dueAt === null) !== isFinished) broken.push(`${move}: ${after.status}, deadline ${after.dueAt}`)
    if ((after.promise === null) !== isFinished) broken.push(`${move}: ${after.status}, promise ${after.promise}`)
    if ((after.pausedAt !== null) !== (after.status === 'pending')) broken.push(`${move}: paused while ${after.status}`)
    if (after.status === 'assigned' && after.assigneeId === null) broken.push(`${move}: assigned to nobody`)
    if (after.status === 'open' && after.assigneeId !== null) broken.push(`${move}: open, yet somebody has it`)
    if (before.unitId !== after.unitId && move !== 'accept') broken.push(`${move}: the unit changed unaccepted`)
  }
  const [count] = await sql<{ lines: number; last: number }[]>`
    select count(*) as lines, max(seq) as last from activity where ticket_id = ${id}`
  if (count?.lines !== count?.last) broken.push('the activity log has holes')
  return broken
}

async function make(
  sql: Sql,
  move: Step['move'],
  request: ActRequest,
  id: number,
  contact: Awaited<ReturnType<typeof aContact>>,
  now: Date,
): Promise<unknown> {
  const words = { text: 'x', attachmentIds: [] }
  switch (move) {
    case 'claim':
      return claim(sql, desk, request, now)
    case 'release':
      return release(sql, desk, request, now)
    case 'reply':
      return reply(sql, desk, { ...request, ...words }, now)
    case 'note':
      return note(sql, desk, { ...request, ...words }, now)
    case 'ask':
      return ask(sql, desk, { ...request, text: 'x', papers: ['y'] }, now)
    case 'hand-off': {
      const toUnit = request.officer.unitId === COMMUNE_UNIT ? DEPARTMENT : COMMUNE_UNIT
      return handOff(sql, desk, { ...request, toUnit, toOfficer: null, reason: 'x' }, now)
    }
    case 'accept':
      return acceptHandOff(sql, desk, request, now)
    case 'return':
      return returnHandOff(sql, desk, { ...request, reason: 'x' }, now)
    case 'resolve': {
      const end = { result: 'advised' as const, reason: 'x', basis: null, nextStep: 'y', text: null }
      return resolve(sql, desk, { ...request, ...end }, now)
    }
    case 'reopen':
      return reopen(sql, desk, { ...request, reason: 'x' }, now)
    case 'said': {
      const messageId = await aMessage(sql, contact, 'x', now)
      return sql.begin((tx) => citizenSays(tx, desk, { ticketId: id, messageId, attachmentIds: [] }, now))
    }
    case 'confirm':
      return sql.begin((tx) => confirmResolved(tx, desk, id, now))
    case 'citizen-reopens':
      return sql.begin((tx) => reopenByCitizen(tx, desk, id, now))
    case 'time':
      await lapseHandOffs(sql, desk, now)
      await moveToSuccessors(sql, desk, now)
      return closeSilent(sql, desk, now)
  }
}
