import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import { note } from '../../src/desk/note.ts'
import { keepLooking, lookersOf, stopLooking } from '../../src/presence/presence.ts'
import { createTicketWatch } from '../../src/presence/watch.ts'
import { aContact, anOfficer, aTicket, desk, hoursLater, MONDAY } from '../desk/desk-builders.ts'
import { createDatabase } from '../support/database.ts'

const { sql } = await createDatabase()
const log = pino({ level: 'silent' })
const BY_HAND = 0

function aWatch(now: () => Date = () => MONDAY) {
  return createTicketWatch({ sql, clock: { now }, log }, BY_HAND)
}

function aPage(ticketId: number, officerId: string, options: { maySee?: boolean } = {}) {
  const told = { news: [] as number[], lookers: [] as string[][], ended: 0 }
  const page = {
    ticketId,
    officerId,
    shown: 1,
    onNews: (seq: number) => void told.news.push(seq),
    onLookers: (names: readonly string[]) => void told.lookers.push([...names]),
    maySee: async () => options.maySee ?? true,
    onEnd: () => void told.ended++,
  }
  return { page, told }
}

describe('officers who look at one ticket', () => {
  it('see each other from two processes, and not themselves', async () => {
    const { id } = await aTicket(sql, await aContact(sql))
    const one = aPage(id, (await anOfficer(sql, { name: 'Lê Thị Một' })).id)
    const two = aPage(id, (await anOfficer(sql, { name: 'Trần Văn Hai' })).id)
    const [here, there] = [aWatch(), aWatch()]
    here.open(one.page)
    await here.look()

    const leave = there.open(two.page)
    await there.look()
    await here.look()
    await leave()
    await here.look()

    expect(one.told.lookers.at(-2)).toEqual(['Trần Văn Hai'])
    expect(one.told.lookers.at(-1)).toEqual([])
    expect(two.told.lookers.at(-1)).toEqual(['Lê Thị Một'])
  })

  it('are forgotten half a minute after their browser went away without a word', async () => {
    const { id } = await aTicket(sql, await aContact(sql))
    const officer = await anOfficer(sql, { name: 'Người Mất Mạng' })
    await keepLooking(sql, [{ ticketId: id, officerId: officer.id }], MONDAY)

    const soon = await lookersOf(sql, [id], new Date(MONDAY.getTime() + 29_000))
    const later = await lookersOf(sql, [id], new Date(MONDAY.getTime() + 31_000))

    expect(soon.map(({ name }) => name)).toEqual(['Người Mất Mạng'])
    expect(later).toEqual([])
  })

  it('leave no rows behind for ever', async () => {
    const { id } = await aTicket(sql, await aContact(sql))
    const [gone, here] = [await anOfficer(sql), await anOfficer(sql)]
    await keepLooking(sql, [{ ticketId: id, officerId: gone.id }], MONDAY)

    await keepLooking(sql, [{ ticketId: id, officerId: here.id }], hoursLater(1))

    expect(await sql`select officer_id from ticket_presence where ticket_id = ${id}`).toEqual([{ officer_id: here.id }])
    await stopLooking(sql, { ticketId: id, officerId: here.id })
  })

  it('hear once of each change', async () => {
    const { id, number } = await aTicket(sql, await aContact(sql))
    const officer = await anOfficer(sql)
    const { page, told } = aPage(id, officer.id)
    const watch = aWatch()
    watch.open(page)
    await watch.look()
    await note(sql, desk, { number, officer, seen: 1, text: 'đã gọi', attachmentIds: [] }, MONDAY)

    await watch.look()
    await watch.look()

    expect(told.news).toEqual([2])
  })

  it('are let go once the ticket is no longer theirs to see', async () => {
    const { id } = await aTicket(sql, await aContact(sql))
    const { page, told } = aPage(id, (await anOfficer(sql)).id, { maySee: false })
    const watch = aWatch()
    watch.open(page)

    await watch.look()
    await watch.look()

    expect(told).toEqual({ news: [], lookers: [], ended: 1 })
  })
})
