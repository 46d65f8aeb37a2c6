import { fastify } from 'fastify'
import { afterAll, describe, expect, it } from 'vitest'
import { exportPath, exportRoutes } from '../../src/accounts/export-routes.ts'
import { openAttachment } from '../../src/attachments/open-attachment.ts'
import { aKnownCitizen, aTicketOf, type Citizen } from '../support/citizen.ts'
import { createDatabase } from '../support/database.ts'
import { productDefinitions } from '../support/definitions.ts'
import { silent } from '../support/spine.ts'
import { startSpine, Talk } from '../support/talk.ts'

const { sql } = await createDatabase()
const spine = await startSpine(sql)
afterAll(() => spine.close())
const { texts } = productDefinitions()
const said = (key: string, values?: Record<string, unknown>) => texts.text('vi', key, values)
const { secrets, store } = spine.desk
const services = { sql, secrets, store, clock: spine.clock, log: silent }

async function copyOf(citizen: Citizen, type: string): Promise<string> {
  const [row] = await sql<{ id: string }[]>`select id from attachments
    where contact_id = ${await citizen.contactId()} and media_type = ${type} order by created_at desc limit 1`
  const file = row && (await openAttachment(services, row.id))
  return Buffer.from(file?.content ?? '').toString()
}

describe('a person who asks for their data', () => {
  it('gets two files on Telegram, one to read and one for a machine', async () => {
    const citizen = await aKnownCitizen(spine)

    await citizen.says('xuất dữ liệu của tôi')

    const files = spine.telegram.received(citizen.chatId).flatMap(({ text, file }) => (file ? [[text, file.name]] : []))
    expect(files).toEqual([
      [said('accounts.export.readable'), 'cau-noi.txt'],
      [said('accounts.export.machine'), 'cau-noi.json'],
    ])
  })

  it('finds in them what they said, their requests, their household and their consent', async () => {
    const citizen = await aKnownCitizen(spine)
    const { number } = await aTicketOf(spine, await citizen.contactId())
    await citizen.says('tôi muốn vay vốn mua bò')

    await citizen.says('xuất dữ liệu của tôi')

    const readable = await copyOf(citizen, 'text/plain')
    const data = JSON.parse(await copyOf(citizen, 'application/json'))
    expect(readable).toContain('tôi muốn vay vốn mua bò')
    expect(readable).toContain(number)
    expect(readable).toContain('Nguyễn Thị Đào')
    expect(readable).toContain('Đã đồng ý lúc 23/11/2026')
    expect(data.tickets).toMatchObject([{ number, answers: [{ label: 'Họ tên', value: 'Nguyễn Thị Đào' }] }])
    expect(data.chats).toMatchObject([{ channel: 'telegram', consent_at: expect.stringContaining('2026-11-23') }])
  })

  it('finds in them what was said in every chat that is joined, and nothing of anybody else', async () => {
    const [one, other, stranger] = [await aKnownCitizen(spine), await aKnownCitizen(spine), await aKnownCitizen(spine)]
    await one.says('liên kết')
    await other.says(`mã ${/\d{4} \d{4}/.exec(one.hears().join())?.[0]}`)
    await one.says('bò nhà tôi bị ốm')
    await stranger.says('chuyện riêng của người lạ')

    await other.says('xuất dữ liệu')

    const readable = await copyOf(other, 'text/plain')
    expect(readable).toContain('bò nhà tôi bị ốm')
    expect(readable).not.toContain('chuyện riêng của người lạ')
  })

  it('gets no more than three copies in an hour', async () => {
    const citizen = await aKnownCitizen(spine)
    for (let time = 0; time < 3; time++) await citizen.says('xuất dữ liệu')
    citizen.hears()

    await citizen.says('xuất dữ liệu')

    expect(citizen.hears().join()).toContain(said('accounts.export.tooOften'))
  })

  it('is told where to get them when the chat cannot carry them', async () => {
    const talk = new Talk(spine, 'zalo')
    await talk.says('menu')
    await talk.hears()

    await talk.says('xuất dữ liệu')

    expect((await talk.hears()).map(({ text }) => text).join()).toContain(said('accounts.export.elsewhere'))
  })

  it('may open the files by a link for a day, and nobody can make one up', async () => {
    const citizen = await aKnownCitizen(spine)
    await citizen.says('xuất dữ liệu')
    const [row] = await sql<{ id: string }[]>`select id from attachments
      where contact_id = ${await citizen.contactId()} and media_type = 'text/plain'`
    const app = fastify()
    exportRoutes(app, services)
    const path = exportPath(services.secrets, row?.id ?? '')

    const answers = [await app.inject(path), await app.inject(`/chat/data/${row?.id}/made-up`)]
    spine.clock.set(new Date(spine.clock.now().getTime() + 25 * 3_600_000))
    const late = await app.inject(path)
    await app.close()

    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 404])
    expect(answers[0]?.headers['content-disposition']).toContain('attachment')
    expect(late.statusCode).toBe(404)
  })
})
