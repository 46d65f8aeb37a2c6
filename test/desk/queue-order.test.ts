import { describe, expect, it } from 'vitest'
import { listTickets } from '../../src/desk/list-tickets.ts'
import { priorityGroupsOf, queuePosition } from '../../src/desk/queue-order.ts'
import { createDatabase } from '../support/database.ts'
import { aContact, anOfficer, aTicket, COMMUNE_UNIT, desk, hoursLater, ticketNow, workByHand } from './desk-builders.ts'

const { sql } = await createDatabase()
await workByHand(sql, COMMUNE_UNIT)
const officer = await anOfficer(sql)
const { order } = desk.territory.routing

describe('the groups that come first in the plan', () => {
  it.each([
    ['merit', { merit: true }],
    ['merit', { merit_relation: 'parent_of_martyr' }],
    ['children', { age: 9 }],
    ['disabled', { disability: 'severe' }],
    ['women', { sex: 'female' }],
  ])('%s is seen in what the person said', (group, facts) => {
    expect(priorityGroupsOf(facts, order)).toEqual([group])
  })

  it('are none where nothing is known, or what is known speaks against it', () => {
    expect(priorityGroupsOf({}, order)).toEqual([])
    expect(
      priorityGroupsOf({ merit: false, age: 40, disability: 'none', sex: 'male', merit_type: 'none' }, order),
    ).toEqual([])
  })
})

describe('a queue', () => {
  it('is read by deadline, a priority group somewhat before, urgent ones before all, with nobody left out', async () => {
    const file = async (hours: number, more: Parameters<typeof aTicket>[2]) =>
      (await aTicket(sql, await aContact(sql), { at: hoursLater(hours), ...more })).number
    const early = await file(0, {})
    const later = await file(1, {})
    const disabled = await file(2, { facts: { disability: 'severe' } })
    const urgent = await file(30, { urgent: true })

    const names = []
    for (let cursor: string | undefined; ; ) {
      const page = await listTickets(sql, desk.secrets, officer, {}, { limit: 1, cursor }, hoursLater(31))
      names.push(...page.items.map((item) => item.number))
      if (page.nextCursor === null) break
      cursor = page.nextCursor
    }

    expect(names).toEqual([urgent, disabled, early, later])
  })

  it('does not change what a priority group is promised', async () => {
    const plain = await aTicket(sql, await aContact(sql))
    const first = await aTicket(sql, await aContact(sql), { facts: { sex: 'female' } })

    const ticket = await ticketNow(sql, first.number)

    expect(first.dueAt).toEqual(plain.dueAt)
    expect(ticket.priorityGroups).toEqual(['women'])
    expect(ticket.queuePosition).toEqual(new Date(first.dueAt.getTime() - order.priorityMinutesAhead * 60_000))
  })

  it('has no place for a finished ticket', () => {
    expect(queuePosition({ dueAt: null, urgent: true, priorityGroups: ['women'] }, order)).toBeNull()
  })
})
