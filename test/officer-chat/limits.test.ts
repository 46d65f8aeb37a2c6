import fc from 'fast-check'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { setUnitSettings } from '../../src/desk/unit-settings.ts'
import { NOTICE_KINDS, notify } from '../../src/notices/notify.ts'
import { sendDigests } from '../../src/officer-chat/send-digests.ts'
import { tellNews } from '../../src/officer-chat/tell-news.ts'
import { unlinkChat } from '../../src/officer-chat/unlink.ts'
import { aCitizen, aTicketOf, commune } from '../support/citizen.ts'
import { createDatabase } from '../support/database.ts'
import { productDefinitions } from '../support/definitions.ts'
import {
  aChatOfficer,
  aFiledTicket,
  anOfficerOf,
  digestAll,
  forgetDelivered,
  linked,
  NAME,
  SECRET,
  statusOf,
  tellAll,
} from '../support/officer-chat.ts'
import { startSpine } from '../support/talk.ts'

const { sql } = await createDatabase()
const spine = await startSpine(sql)
const start = spine.clock.now()
const rules = productDefinitions().officerChat
const services = { desk: spine.desk, rules, log: { error() {} } }
const at = (moment: string) => spine.clock.set(new Date(`${moment}+07:00`))
afterAll(() => spine.close())
beforeEach(async () => {
  spine.clock.set(start)
  await sql`update officers set disabled_at = ${start} where disabled_at is null`
  await sql`update tickets set status = 'closed', due_at = null, queue_position = null where status <> 'closed'`
})

describe('what an officer may not see', () => {
  it('is not shown of another unit, and whether there is such a ticket is not said', async () => {
    const officer = await aChatOfficer(spine, 'telegram', { unitId: 'so_y_te', roles: ['department_officer'] })
    const { number } = await aFiledTicket(spine)

    const other = await officer.says(number)
    const none = await officer.says('HY-2026-999999')

    expect(other.replace(number, 'N')).toBe(none.replace('HY-2026-999999', 'N'))
    expect(other).not.toContain(SECRET)
  })

  it('is not done by words either', async () => {
    const officer = await aChatOfficer(spine, 'telegram', { unitId: 'so_y_te', roles: ['department_officer'] })
    const { number } = await aFiledTicket(spine)

    await officer.says(`nhận ${number}`)

    expect((await statusOf(spine, number))?.status).toBe('open')
  })

  it.each([
    ['an editor', ['editor'] as const],
    ['an auditor', ['auditor'] as const],
  ])('is nothing at all for %s, who is told so kindly', async (_who, roles) => {
    const officer = await linked(spine, await anOfficerOf(spine, { unitId: null, roles: [...roles] }), 'telegram')
    const { number } = await aFiledTicket(spine)
    const greeted = await officer.hears()

    const heard = await officer.says(number)

    expect(greeted).toContain('không xử lý hồ sơ')
    expect(heard).not.toContain(SECRET)
  })

  it('is closed with the account, which is said kindly, and the bot answers on as it answers anybody', async () => {
    const officer = await aChatOfficer(spine, 'telegram')
    const { number } = await aFiledTicket(spine)
    await tellAll(spine)
    await officer.hears()
    await sql`update officers set disabled_at = ${start} where id = ${officer.id}`

    const tapped = await officer.taps('Xem')
    const typed = await officer.says('xin chào')

    expect(tapped).toContain('đã ngừng hoạt động')
    expect(tapped + typed).not.toContain(SECRET)
    expect(typed).not.toBe('')
    expect((await statusOf(spine, number))?.status).toBe('open')
  })

  it('stops at once when the chat is unlinked, also what was on its way', async () => {
    const officer = await aChatOfficer(spine, 'telegram')
    const { number } = await aFiledTicket(spine)
    await tellAll(spine)
    await officer.hears()
    await aFiledTicket(spine)
    await tellNews(sql, services, spine.clock.now())
    const chat = { contactId: await officer.contactId(), officerId: officer.id }
    await unlinkChat(sql, spine.desk, chat, spine.clock.now())
    await spine.settle()
    const farewell = await officer.hears()

    const tapped = await officer.taps('Nhận việc')
    const typed = await officer.says(`xem ${number}`)

    expect(farewell).toContain('đã được tách')
    expect(farewell).not.toContain('Hồ sơ mới')
    expect(tapped + typed).not.toContain(SECRET)
    expect((await statusOf(spine, number))?.status).toBe('open')
  })

  it('is recorded when it is seen', async () => {
    const officer = await aChatOfficer(spine, 'telegram')
    const { number } = await aFiledTicket(spine)

    await officer.says(number)

    const lines =
      await sql`select 1 from audit where actor_id = ${officer.id} and action = 'ticket-read' and subject_id = ${number}`
    expect(lines).toHaveLength(1)
  })

  it('does not stay in our tables under the key of the officer', async () => {
    const officer = await aChatOfficer(spine, 'telegram')
    const { number } = await aFiledTicket(spine)
    await officer.says(number)

    await forgetDelivered(spine)

    const kept = await sql`select 1 from messages where contact_id = ${await officer.contactId()} and author = 'desk'`
    expect(kept).toHaveLength(0)
  })
})

describe('two officers', () => {
  it('who tap the same button at once: one has the ticket, the other is told who', async () => {
    const names = ['Lê Một', 'Lê Hai']
    await sql`insert into unit_settings (unit_id, assignment, set_by, set_at) select distinct unit_id, 'by_hand', id, ${start}
      from officers where unit_id like 'xa_%' on conflict do nothing`
    const one = await aChatOfficer(spine, 'telegram', { name: names[0] ?? '' })
    await sql`insert into unit_settings (unit_id, assignment, set_by, set_at)
      select unit_id, 'by_hand', id, ${start} from officers where id = ${one.id}
      on conflict (unit_id) do update set assignment = 'by_hand'`
    const other = await aChatOfficer(spine, 'telegram', { name: names[1] ?? '' })
    const { number } = await aFiledTicket(spine)
    await tellAll(spine)
    await Promise.all([one.hears(), other.hears()])

    const heard = await Promise.all([one.taps('Nhận việc'), other.taps('Nhận việc')])
    const last = [...heard, await one.hears(), await other.hears()].join('\n')

    const status = await statusOf(spine, number)
    expect([one.id, other.id]).toContain(status?.assignee)
    expect(status?.verbs.filter((verb) => verb === 'claim')).toHaveLength(1)
    expect(last).toContain(`${status?.assignee === one.id ? names[0] : names[1]} đã nhận hồ sơ`)
  })
})

describe('two officers who are each other’s citizens', () => {
  it('can take each other’s tickets at the same time', async () => {
    const [one, other] = [await aChatOfficer(spine, 'telegram'), await aChatOfficer(spine, 'telegram')]
    const ids = [await one.contactId(), await other.contactId()]
    const ofOne = await Promise.all([1, 2, 3].map(() => aTicketOf(spine, ids[0] ?? '')))
    const ofOther = await Promise.all([1, 2, 3].map(() => aTicketOf(spine, ids[1] ?? '')))
    const all = [...ofOne, ...ofOther].map(({ number }) => number)
    await sql`update tickets set assignee_id = null, status = 'open' where number in ${sql(all)}`

    for (const at of [0, 1, 2]) {
      await Promise.all([one.says(`nhận ${ofOther[at]?.number}`), other.says(`nhận ${ofOne[at]?.number}`)])
    }
    await spine.settle()

    const taken = await sql<
      { assignee_id: string }[]
    >`select assignee_id from tickets where number in ${sql(all)} order by id`
    expect(taken.map((row) => row.assignee_id)).toEqual([other.id, other.id, other.id, one.id, one.id, one.id])
  })
})

describe('news for officers', () => {
  it('never holds a name, an answer or a word of a citizen', async () => {
    const officer = await aChatOfficer(spine, 'telegram')
    const { topics } = spine.desk.territory.routing as unknown as { topics: Map<string, unknown> }
    const secret = fc.string({ minLength: 6, maxLength: 30, unit: fc.constantFrom(...'qwxzjfăơđ0123456789') })

    let told = 0
    await fc.assert(
      fc.asyncProperty(
        secret,
        fc.constantFrom(...topics.keys()),
        fc.constantFrom(...NOTICE_KINDS),
        async (words, topic, kind) => {
          const { id, citizen } = await aFiledTicket(spine, {
            topic,
            answers: [{ id: 'contact_name', label: words, value: words }],
          })
          await citizen.says(words)
          await sql.begin((tx) => notify(tx, { officerIds: [officer.id] }, kind, id, spine.clock.now()))
          await tellAll(spine)
          const messages = await officer.messages()
          told += messages.length
          return messages.every(
            ({ text, actions }) => !`${text} ${actions.map(({ label }) => label).join(' ')}`.includes(words),
          )
        },
      ),
      { numRuns: 25 },
    )

    expect(told).toBeGreaterThan(10)
    expect(await sql`select 1 from officer_notices where officer_id = ${officer.id} and told_at is null`).toHaveLength(
      0,
    )
  })

  it('names the ticket, its topic, commune and deadline', async () => {
    const officer = await aChatOfficer(spine, 'telegram')
    const { number } = await aFiledTicket(spine)

    await tellAll(spine)

    const [line] = (await officer.hears()).split('\n').slice(-1)
    expect(line).toMatch(new RegExp(`${number} · .+ · (xã|phường) .+ · hạn \\d\\d:\\d\\d \\d\\d/\\d\\d/2026`))
    expect(line).not.toContain(NAME)
  })

  it('waits for the morning, but for what is urgent', async () => {
    const officer = await aChatOfficer(spine, 'telegram')
    at('2026-11-24T02:00:00')
    const calm = await aFiledTicket(spine)
    const urgent = await aFiledTicket(spine, { urgent: true })

    await tellAll(spine)
    const atNight = await officer.hears()
    at('2026-11-24T07:05:00')
    await tellAll(spine)
    const inTheMorning = await officer.hears()

    expect(atNight).toContain(urgent.number)
    expect(atNight).not.toContain(calm.number)
    expect(inTheMorning).toContain(calm.number)
  })

  it('of an urgent ticket wakes who is on call and the head, although a colleague has it by then', async () => {
    const [one, other] = [await aChatOfficer(spine, 'telegram'), await aChatOfficer(spine, 'telegram')]
    const head = await aChatOfficer(spine, 'telegram', { roles: ['head_of_unit'] })
    const unitId = `xa_${commune(spine)}`
    const on = { assignment: 'even' as const, onCall: [one.id, other.id] }
    await setUnitSettings(sql, unitId, on, { officerId: head.id }, start)
    at('2026-11-24T02:00:00')
    const { number } = await aFiledTicket(spine, { urgent: true })

    await tellAll(spine)

    const heard = await Promise.all([one, other, head].map((who) => who.hears()))
    expect(heard.map((words) => words.includes(number))).toEqual([true, true, true])
  })

  it('of an urgent ticket that was finished meanwhile is told to nobody', async () => {
    const head = await aChatOfficer(spine, 'telegram', { roles: ['head_of_unit'] })
    const { number } = await aFiledTicket(spine, { urgent: true })
    await sql`update tickets set status = 'resolved', due_at = null, queue_position = null where number = ${number}`

    await tellAll(spine)

    expect(await head.hears()).not.toContain(number)
  })

  it('of an urgent ticket that is offered does not wait for the morning', async () => {
    const receiving = await aChatOfficer(spine, 'telegram', { unitId: 'so_y_te', roles: ['department_officer'] })
    at('2026-11-24T02:00:00')
    const [calm, urgent] = [await aFiledTicket(spine), await aFiledTicket(spine, { urgent: true })]
    await sql.begin(async (tx) => {
      for (const { id } of [calm, urgent]) {
        await tx`update tickets set offered_unit_id = 'so_y_te' where id = ${id}`
        await notify(tx, { officerIds: [receiving.id] }, 'offered', id, spine.clock.now())
      }
    })

    await tellAll(spine)

    const heard = await receiving.hears()
    expect(heard).toContain(urgent.number)
    expect(heard).not.toContain(calm.number)
  })

  it('is told once by many processes', async () => {
    const officer = await aChatOfficer(spine, 'telegram')
    const { number } = await aFiledTicket(spine)

    await Promise.all(Array.from({ length: 5 }, () => tellNews(sql, services, spine.clock.now())))
    await spine.settle()

    expect((await officer.messages()).filter(({ text }) => text.includes(number))).toHaveLength(1)
  })

  it('is no flood for who links a chat later', async () => {
    const id = await anOfficerOf(spine)
    await aFiledTicket(spine)
    await tellAll(spine)
    const officer = await linked(spine, id, 'telegram')
    await officer.hears()

    await tellAll(spine)

    expect(await officer.hears()).toBe('')
  })

  it('comes as one message when there is much of it', async () => {
    const officer = await aChatOfficer(spine, 'telegram')
    for (let count = 0; count < 5; count++) await aFiledTicket(spine)

    await tellAll(spine)

    const told = await officer.messages()
    expect(told).toHaveLength(1)
    expect(told[0]?.text).toContain('Có 5 tin mới')
  })

  it('waits on Zalo while the officer may not be written to, and comes when they write', async () => {
    const officer = await aChatOfficer(spine, 'zalo')
    spine.clock.set(new Date(start.getTime() + 8 * 86_400_000))
    const { number } = await aFiledTicket(spine)
    await tellAll(spine)
    const before = await officer.hears()

    await officer.talk.says('menu')
    spine.clock.set(new Date(spine.clock.now().getTime() + 5_000))
    await spine.settle()

    expect(before).not.toContain(number)
    expect(await officer.hears()).toContain(number)
  })
})

describe('news on Zalo for an officer who was silent for long', () => {
  it('goes as the approved template once, which names number, office and day and nothing else', async () => {
    const { account } = spine.adapters.zalo
    await sql`insert into zalo_templates (account, purpose, template_id, name, parameters, status, price_by_uid, price_by_phone, changed_at)
      values (${account}, 'answer-waits', '300100', 'Có tin mới', array['ticket', 'unit', 'date'], 'ENABLE', 80, 120, ${start})`
    const officer = await aChatOfficer(spine, 'zalo')
    spine.clock.set(new Date(start.getTime() + 8 * 86_400_000))
    await aFiledTicket(spine)
    await aFiledTicket(spine)

    await tellAll(spine)
    await tellAll(spine)

    const called = spine.zalo.received(officer.talk.address).filter(({ kind }) => kind === 'template')
    expect(called).toHaveLength(1)
    expect(JSON.stringify(called)).toMatch(/HY-2026-\d{6}/)
    expect(JSON.stringify(called)).not.toContain(SECRET)
    await sql`delete from zalo_templates where account = ${account}`
  })

  it('is not sent any more when it waited for a day', async () => {
    const officer = await aChatOfficer(spine, 'zalo')
    spine.clock.set(new Date(start.getTime() + 8 * 86_400_000))
    const { number } = await aFiledTicket(spine)
    await tellAll(spine)
    spine.clock.set(new Date(spine.clock.now().getTime() + 25 * 3_600_000))
    await forgetDelivered(spine)

    await officer.talk.says('trợ giúp')
    await spine.settle()

    expect(await officer.hears()).not.toContain(number)
  })
})

describe('the digest', () => {
  it('comes once at its time, however many processes there are, and opens the list', async () => {
    const officer = await aChatOfficer(spine, 'telegram')
    const { number } = await aFiledTicket(spine)
    await tellAll(spine)
    await officer.hears()
    at('2026-11-23T13:31:00')
    await Promise.all(Array.from({ length: 4 }, () => sendDigests(sql, services, spine.clock.now())))
    await digestAll(spine)

    const told = await officer.messages()

    expect(told).toHaveLength(1)
    expect(told[0]?.text).toContain('Chưa nhận: 1')
    expect(await officer.taps('Hàng chờ')).toContain(number)
  })

  it('does not come on a day off, between its times, or when nothing waits', async () => {
    const officer = await aChatOfficer(spine, 'telegram')

    at('2026-11-24T07:35:00')
    await digestAll(spine)
    await aFiledTicket(spine)
    at('2026-11-22T07:35:00')
    await digestAll(spine)
    at('2026-11-23T11:00:00')
    await digestAll(spine)

    expect(await officer.hears()).toBe('')
  })

  it('is turned off and on in the chat', async () => {
    const officer = await aChatOfficer(spine, 'telegram')
    await aFiledTicket(spine)
    await officer.says('tắt bản tin')
    at('2026-11-25T07:35:00')
    await digestAll(spine)
    const off = await officer.hears()
    await officer.says('bật bản tin')
    at('2026-11-25T13:35:00')
    await digestAll(spine)

    expect(off).toBe('')
    expect(await officer.hears()).toContain('Bản tin 13:30')
  })
})

describe('somebody who is no officer', () => {
  it('finds no desk behind its words', async () => {
    const citizen = aCitizen(spine)
    const { number } = await aFiledTicket(spine)

    await citizen.says('bàn làm việc')
    await citizen.says(`xem ${number}`)

    expect(citizen.hears().join()).not.toContain(SECRET)
  })
})
