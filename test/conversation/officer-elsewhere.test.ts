import { afterAll, describe, expect, it } from 'vitest'
import { createDatabase } from '../support/database.ts'
import { startSpine, Talk } from '../support/talk.ts'

const { sql } = await createDatabase()
const spine = await startSpine(sql)
const start = spine.clock.now()
afterAll(() => spine.close())

/** Somebody who agreed, lives in a commune and has the menu before them. */
async function atTheMenu(): Promise<Talk> {
  const talk = new Talk(spine, 'zalo')
  await talk.says('xin chào')
  await talk.taps('Đồng ý')
  await talk.says('Phố Hiến')
  await talk.says('menu')
  await talk.hears()
  return talk
}

async function withTicket(): Promise<Talk> {
  const talk = await atTheMenu()
  await talk.says('tôi muốn gặp cán bộ')
  for (const words of ['tôi cần hỏi về nhà ở', 'Nguyễn Thị Đào', '0912345678']) await talk.says(words)
  await talk.taps('Gửi')
  await talk.hears()
  return talk
}

const officerWrites = async (talk: Talk, text: string) => {
  await spine.zalo.person(talk.address).isWrittenToBy('a7', text)
  await spine.settle()
}

const ticketOf = async (talk: Talk) => {
  const hash = spine.desk.secrets.keyedHash('address', `zalo\0${spine.adapters.zalo.account}\0${talk.address}`)
  const [row] = await sql<
    { id: number; number: string; talk: number | null; verbs: string[]; answered: Date | null }[]
  >`
    select t.id, t.number, c.talk_ticket_id as talk, t.first_answered_at as answered,
      array(select verb from activity a where a.ticket_id = t.id order by seq) as verbs
    from contacts c left join tickets t on t.contact_id = c.id where c.address_hash = ${hash}`
  return row
}

describe('an officer who writes in the inbox of Zalo', () => {
  it('is not talked over by the bot, and tells it nothing', async () => {
    spine.clock.set(start)
    const talk = await atTheMenu()

    await officerWrites(talk, 'Chào bác, bác cần gì ạ?')
    await talk.says('tôi muốn hỏi một chút')

    expect(await talk.hears()).toEqual([])
  })

  it('leaves the person the bot for whatever they call it by', async () => {
    spine.clock.set(start)
    const talk = await atTheMenu()
    await officerWrites(talk, 'Chào bác')

    await talk.says('menu')
    const menu = await talk.hears()
    await talk.says('cái gì đó')

    expect(menu).toHaveLength(1)
    expect(await talk.hears()).not.toEqual([])
  })

  it('leaves the person to the bot again after a day', async () => {
    spine.clock.set(start)
    const talk = await atTheMenu()
    await officerWrites(talk, 'Chào bác')

    spine.clock.set(new Date(start.getTime() + 25 * 3_600_000))
    await talk.says('tôi muốn vay vốn')

    expect(await talk.hears()).not.toEqual([])
  })

  it('still lets danger be answered at once', async () => {
    spine.clock.set(start)
    const talk = await atTheMenu()
    await officerWrites(talk, 'Chào bác')

    await talk.says('chồng tôi đang đánh tôi')

    expect((await talk.hears()).map(({ text }) => text).join()).toMatch(/1[01]\d|111|1900/)
  })

  it('speaks on the ticket of the person, who answers there', async () => {
    spine.clock.set(start)
    const talk = await withTicket()

    await officerWrites(talk, 'Bác gửi ảnh sổ hộ nghèo giúp tôi')
    await talk.says('vâng tôi gửi sau')
    const ticket = await ticketOf(talk)

    expect(await talk.hears()).toEqual([])
    expect(ticket?.talk).toBe(ticket?.id)
    expect(ticket?.verbs.slice(-2)).toEqual(['said-elsewhere', 'said'])
    expect(ticket?.answered).toEqual(start)
  })
})
