import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { createDatabase } from '../support/database.ts'
import {
  aChatOfficer,
  aFiledTicket,
  anOfficerOf,
  linked,
  NAME,
  passFilesOn,
  SECRET,
  statusOf,
  tellAll,
} from '../support/officer-chat.ts'
import { startSpine } from '../support/talk.ts'

const { sql } = await createDatabase()
const spine = await startSpine(sql)
const start = spine.clock.now()
afterAll(() => spine.close())
beforeEach(async () => {
  spine.clock.set(start)
  await sql`update officers set disabled_at = ${start} where disabled_at is null`
  await sql`update tickets set status = 'closed', due_at = null, queue_position = null where status <> 'closed'`
})

describe.each(['telegram', 'zalo'] as const)('an officer on %s', (channel) => {
  it('is greeted at their desk when the chat is linked', async () => {
    const officer = await linked(spine, await anOfficerOf(spine, { name: 'Lê Thị Mơ' }), channel)

    const heard = await officer.messages()

    expect(heard.map(({ text }) => text).join()).toContain('Lê Thị Mơ')
    expect(heard.at(-1)?.actions.map(({ label }) => label)).toContain('Việc của tôi')
  })

  it('claims a new ticket from its notice, replies, and the citizen hears it', async () => {
    const officer = await aChatOfficer(spine, channel)
    const { number, citizen } = await aFiledTicket(spine)
    await tellAll(spine)
    const notice = await officer.hears()

    const claimed = await officer.taps('Nhận việc')
    await officer.taps('Trả lời')
    const done = await officer.says('Mời bác mang thẻ cũ đến xã sáng mai')

    expect(notice).toContain(number)
    expect(claimed).toContain(SECRET)
    expect(done).toContain('Đã gửi trả lời')
    expect(citizen.hears().join('\n')).toContain('Mời bác mang thẻ cũ đến xã sáng mai')
    expect(await statusOf(spine, number)).toMatchObject({ status: 'assigned', assignee: officer.id })
  })

  it('hears once that the citizen wrote, and sees the words when they look', async () => {
    const officer = await aChatOfficer(spine, channel)
    const { number, citizen } = await aFiledTicket(spine)
    await officer.says(`nhận ${number}`)
    await citizen.says('bao giờ tôi có thẻ')
    await tellAll(spine)
    await tellAll(spine)
    const notices = await officer.messages()

    const seen = await officer.says(number)

    expect(notices.filter(({ text }) => text.includes('nhắn thêm'))).toHaveLength(1)
    expect(notices.map(({ text }) => text).join()).not.toContain('bao giờ tôi có thẻ')
    expect(seen).toContain('bao giờ tôi có thẻ')
  })

  it('asks for papers in words and the deadline stands still', async () => {
    const officer = await aChatOfficer(spine, channel)
    const { number, citizen } = await aFiledTicket(spine)
    await officer.says(`nhận ${number}`)
    await officer.says('yêu cầu giấy tờ')

    const done = await officer.says('Sổ hộ nghèo')

    expect(done).toContain('Đã yêu cầu')
    expect(citizen.hears().join()).toContain('Sổ hộ nghèo')
    expect((await statusOf(spine, number))?.status).toBe('pending')
  })

  it('hands a ticket on to a unit named without diacritics, and its officer accepts', async () => {
    const officer = await aChatOfficer(spine, channel)
    const other = await aChatOfficer(spine, channel, { unitId: 'so_y_te', roles: ['department_officer'] })
    const { number } = await aFiledTicket(spine)
    await officer.says(`nhận ${number}`)
    await officer.says('chuyển đi')
    await officer.says('so y te')
    await officer.says('thuộc thẩm quyền của sở')
    const offered = await officer.taps('Đúng, gửi đi')
    await tellAll(spine)
    await other.hears()

    const accepted = await other.taps('Nhận bàn giao')

    expect(offered).toContain('Đã đề nghị')
    expect(accepted).toContain('Quý vị đã nhận bàn giao')
    expect(await statusOf(spine, number)).toMatchObject({ assignee: other.id, offered: null })
  })

  it('returns an offer with a reason', async () => {
    const officer = await aChatOfficer(spine, channel)
    const other = await aChatOfficer(spine, channel, { unitId: 'so_y_te', roles: ['department_officer'] })
    const { number } = await aFiledTicket(spine)
    await officer.says(`nhận ${number}`)
    for (const words of ['chuyển đi', 'so y te', 'nhầm', '1']) await officer.says(words)
    await tellAll(spine)
    await other.taps('Không nhận')

    const done = await other.says('không phải việc của sở')

    expect(done).toContain('Đã trả lại')
    expect(await statusOf(spine, number)).toMatchObject({ offered: null, assignee: officer.id })
  })

  it('gives the result by buttons, with reason, basis and next step', async () => {
    const officer = await aChatOfficer(spine, channel)
    const { number, citizen } = await aFiledTicket(spine)
    await officer.says(`nhận ${number}`)
    await officer.taps('Trả kết quả')
    await officer.taps('Được hưởng')
    await officer.says('Hộ nghèo năm 2026, căn cứ: Luật Bảo hiểm y tế, Điều 12')
    await officer.taps('Không cần')
    const done = await officer.taps('Đúng, gửi đi')

    const heard = citizen.hears().join('\n')

    expect(done).toContain('Đã trả kết quả')
    expect(heard).toContain('Căn cứ: Luật Bảo hiểm y tế, Điều 12')
    expect(await statusOf(spine, number)).toMatchObject({ status: 'resolved', result: 'granted' })
  })

  it('finds the list of their own work by words and opens a ticket of it by its number in the list', async () => {
    const officer = await aChatOfficer(spine, channel)
    const { number } = await aFiledTicket(spine)
    await officer.says(`nhận ${number}`)
    const list = await officer.says('viec cua toi')

    const opened = await officer.says('1')

    expect(list).toContain(number)
    expect(list).not.toContain(NAME)
    expect(opened).toContain(NAME)
  })

  it('leaves what they began with cancel, back and menu', async () => {
    const officer = await aChatOfficer(spine, channel)
    const { number } = await aFiledTicket(spine)
    await officer.says(`nhận ${number}`)
    await officer.taps('Trả lời')

    const cancelled = await officer.says('hủy')
    await officer.says('chuyển đi')
    const back = await officer.says('quay lại')
    const menu = await officer.says('menu')

    expect(cancelled).toContain('Đã hủy')
    expect(back).toContain(number)
    expect(menu).toContain('Bàn làm việc của')
    expect((await statusOf(spine, number))?.verbs).not.toContain('reply')
  })
})

describe('an officer on Telegram', () => {
  it('sends the citizen a photo', async () => {
    const officer = await aChatOfficer(spine, 'telegram')
    const { number, citizen } = await aFiledTicket(spine)
    await officer.says(`nhận ${number}`)
    await officer.taps('Trả lời')
    await officer.talk.sendsPhoto()
    citizen.hears()

    await passFilesOn(spine)

    expect(await officer.hears()).toContain('Đã gửi trả lời')
    expect(spine.telegram.received(citizen.chatId).at(-1)?.file).toBeTruthy()
    expect((await sql`select 1 from officer_chat_replies`).length).toBe(0)
  })

  it('looks at the photo that the citizen sent, which is recorded', async () => {
    const officer = await aChatOfficer(spine, 'telegram')
    const { number, citizen } = await aFiledTicket(spine)
    await officer.says(`nhận ${number}`)
    await citizen.does(citizen.person.sendsPhoto())
    await passFilesOn(spine)
    await officer.says(number)
    await officer.talk.taps('Xem thêm')

    await officer.taps('Xem ảnh')

    const files = spine.telegram.received(Number(officer.talk.address)).filter(({ file }) => file)
    expect(files).toHaveLength(1)
    expect(await sql`select 1 from audit where actor_id = ${officer.id} and action = 'attachment-read'`).toHaveLength(1)
  })

  it('is asked whether words typed on a ticket are for the citizen', async () => {
    const officer = await aChatOfficer(spine, 'telegram')
    const { number, citizen } = await aFiledTicket(spine)
    await officer.says(`nhận ${number}`)
    citizen.hears()

    const asked = await officer.says('mai bác lên xã nhé')
    const before = citizen.hears()
    await officer.taps('Gửi cho người dân')

    expect(asked).toContain('mai bác lên xã nhé')
    expect(before).toEqual([])
    expect(citizen.hears().join()).toContain('mai bác lên xã nhé')
  })

  it('is told what changed when somebody was faster, and their words are kept', async () => {
    const officer = await aChatOfficer(spine, 'telegram')
    const { number, citizen } = await aFiledTicket(spine)
    await officer.says(`nhận ${number}`)
    await officer.taps('Trả lời')
    await citizen.says('tôi đã có thẻ rồi')

    const refused = await officer.says('Bác lên xã làm thẻ')
    const before = citizen.hears().join()
    await officer.taps('Vẫn làm')

    expect(refused).toContain('vừa có thay đổi')
    expect(refused).toContain('Bác lên xã làm thẻ')
    expect(before).not.toContain('Bác lên xã làm thẻ')
    expect(citizen.hears().join()).toContain('Bác lên xã làm thẻ')
  })

  it('who taps a button twice does it once, and is told kindly', async () => {
    const officer = await aChatOfficer(spine, 'telegram')
    const { number } = await aFiledTicket(spine)
    await tellAll(spine)
    await officer.hears()
    const person = officer.talk
    await person.taps('Nhận việc')
    await person.hears()

    const again = await officer.says(`nhận ${number}`)

    expect(again).toContain(number)
    expect((await statusOf(spine, number))?.verbs.filter((verb) => verb === 'claim')).toHaveLength(1)
  })

  it('hands a ticket to a colleague of the same unit', async () => {
    const officer = await aChatOfficer(spine, 'telegram')
    const { number } = await aFiledTicket(spine)
    await officer.says(`nhận ${number}`)
    await anOfficerOf(spine, { name: 'Phạm Thị Sen' })
    await officer.says('chuyển đi')
    await officer.says('phuong pho hien')
    await officer.says('Phạm Thị Sen')
    await officer.says('tôi đi vắng')

    const done = await officer.taps('Đúng, gửi đi')

    expect(done).toContain('Đã đề nghị')
    expect((await statusOf(spine, number))?.verbs).toContain('hand-off')
  })

  it('speaks with the bot as a citizen, and comes back by button and by words', async () => {
    const officer = await aChatOfficer(spine, 'telegram')
    await aFiledTicket(spine)

    const asCitizen = await officer.says('tra cứu cho tôi')
    const byButton = await officer.taps('Về bàn làm việc')
    await officer.says('dân')
    const byWords = await officer.says('hàng chờ')

    expect(asCitizen).toContain('như một người dân')
    expect(byButton).toContain('Bàn làm việc của')
    expect(byWords).toContain('HY-2026')
  })
})
