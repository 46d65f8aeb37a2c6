import { describe, expect, it } from 'vitest'
import { acceptHandOff } from '../../src/desk/accept-hand-off.ts'
import { activitySince } from '../../src/desk/activity.ts'
import { handOff } from '../../src/desk/hand-off.ts'
import type { Officer } from '../../src/officers/permissions.ts'
import { createDatabase } from '../support/database.ts'
import { aContact, anOfficer, aTicket, COMMUNE_UNIT, DEPARTMENT, desk, MONDAY, ticketNow } from './desk-builders.ts'

const { sql } = await createDatabase()
const COORDINATOR = 'so_nnmt'

const officers = {
  commune: await anOfficer(sql),
  health: await anOfficer(sql, { unitId: DEPARTMENT, roles: ['department_officer'] }),
  law: await anOfficer(sql, { unitId: 'so_tu_phap', roles: ['department_officer'] }),
  coordinator: await anOfficer(sql, { unitId: COORDINATOR, roles: ['department_officer'] }),
}

async function offer(number: string, officer: Officer, toUnit: string) {
  const { lastSeq } = await ticketNow(sql, number)
  return handOff(sql, desk, { number, officer, seen: lastSeq, toUnit, toOfficer: null, reason: 'x' }, MONDAY)
}

async function accept(number: string, officer: Officer) {
  const { lastSeq } = await ticketNow(sql, number)
  return acceptHandOff(sql, desk, { number, officer, seen: lastSeq }, MONDAY)
}

/** From the commune to health, from health to law: two hops. */
async function aTicketPassedOnTwice() {
  const filed = await aTicket(sql, await aContact(sql))
  await offer(filed.number, officers.commune, DEPARTMENT)
  await accept(filed.number, officers.health)
  await offer(filed.number, officers.health, 'so_tu_phap')
  await accept(filed.number, officers.law)
  return filed
}

describe('a ticket that two units passed on', () => {
  it('is offered to the coordinator, and says which unit was asked for', async () => {
    const { id, number } = await aTicketPassedOnTwice()

    await offer(number, officers.law, COMMUNE_UNIT)

    expect(await ticketNow(sql, number)).toMatchObject({ hops: 2, unitId: 'so_tu_phap', offeredUnitId: COORDINATOR })
    expect((await activitySince(sql, id, 0)).at(-1)?.facts).toMatchObject({
      to_unit: COORDINATOR,
      asked_unit: COMMUNE_UNIT,
    })
  })

  it('goes wherever the coordinator says', async () => {
    const { number } = await aTicketPassedOnTwice()
    await offer(number, officers.law, COMMUNE_UNIT)
    await accept(number, officers.coordinator)

    await offer(number, officers.coordinator, COMMUNE_UNIT)

    expect((await ticketNow(sql, number)).offeredUnitId).toBe(COMMUNE_UNIT)
  })

  it('may still pass between colleagues of its unit', async () => {
    const { number } = await aTicketPassedOnTwice()
    const colleague = await anOfficer(sql, { unitId: 'so_tu_phap', roles: ['department_officer'] })
    const { lastSeq } = await ticketNow(sql, number)
    const to = { toUnit: 'so_tu_phap', toOfficer: colleague.username, reason: 'x' }

    await handOff(sql, desk, { number, officer: officers.law, seen: lastSeq, ...to }, MONDAY)

    expect(await ticketNow(sql, number)).toMatchObject({ offeredUnitId: 'so_tu_phap', offeredOfficerId: colleague.id })
  })

  it('keeps the deadline of its filing', async () => {
    const { number, dueAt } = await aTicketPassedOnTwice()

    expect((await ticketNow(sql, number)).dueAt).toEqual(dueAt)
  })
})
