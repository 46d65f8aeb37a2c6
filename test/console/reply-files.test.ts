import fastifyCookie from '@fastify/cookie'
import { fastify } from 'fastify'
import { describe, expect, it } from 'vitest'
import { openAttachment } from '../../src/attachments/open-attachment.ts'
import { createTelegram } from '../../src/channels/telegram/adapter.ts'
import { createWeb } from '../../src/channels/web/adapter.ts'
import { webChatRoutes } from '../../src/channels/web/routes.ts'
import { SESSION_COOKIE } from '../../src/officers/sessions.ts'
import { createDispatcher } from '../../src/outbox/dispatch.ts'
import { seal } from '../../src/secrets.ts'
import { aContact, anOfficer, aTicket, desk, MONDAY, type TestContact, wordsTo } from '../desk/desk-builders.ts'
import { startFakeTelegram, TINY_JPEG } from '../fakes/telegram.ts'
import { createDatabase } from '../support/database.ts'
import { aBrowser, aConsole } from './console-app.ts'

const { sql } = await createDatabase()
const { secrets, store, texts } = desk
const clock = { now: () => MONDAY }
const log = { info() {}, warn() {}, error() {} }

const PDF = Buffer.from('%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n')
const photo = (name = 'anh.jpg') => new File([Uint8Array.from(TINY_JPEG)], name, { type: 'image/jpeg' })
const pdf = () => new File([PDF], 'mau-don.pdf', { type: 'application/pdf' })

/** An officer with the page of a ticket open. */
async function atTheDesk(contact: TestContact | null) {
  const app = await aConsole(sql)
  const { number } = await aTicket(sql, contact)
  const officer = await anOfficer(sql)
  const browser = await aBrowser(app, sql, officer)
  const { html } = await browser.get(`/console/tickets/${number}`)
  const hidden = (name: string) => new RegExp(`name="${name}" value="([^"]*)"`).exec(html)?.[1] ?? ''
  const reply = (text: string, files: readonly File[], more: Record<string, string> = {}) => {
    const form = new FormData()
    for (const [name, value] of Object.entries({
      seen: hidden('seen'),
      form_token: hidden('form_token'),
      text,
      ...more,
    }))
      form.append(name, value)
    // A browser sends an empty part for a control in which nothing was chosen.
    for (const file of files.length > 0 ? files : [new File([], '')]) form.append('files', file)
    return browser.postForm(`/console/tickets/${number}/reply`, form)
  }
  return { app, browser, html, number, reply, [Symbol.asyncDispose]: () => app.close() }
}

const filesOf = (number: string) => sql<{ media_type: string; size_bytes: number; contact_id: string }[]>`
  select a.media_type, a.size_bytes, a.contact_id from attachments a join tickets t on t.id = a.ticket_id
  where t.number = ${number} order by a.media_type`

/** Moves a contact to an address of its own on a channel. */
async function movesTo(contact: TestContact, channel: string, account: string, address: string): Promise<void> {
  await sql`update contacts set channel = ${channel}, account = ${account},
    address_hash = ${secrets.keyedHash('address', `${channel}\0${account}\0${address}`)},
    sealed_address = ${seal(contact.key, Buffer.from(address))} where id = ${contact.id}`
}

describe('an officer who replies with files', () => {
  it('has them on the ticket, and in the reply', async () => {
    const contact = await aContact(sql)
    await using desk = await atTheDesk(contact)

    const sent = await desk.reply('Bác xem mẫu đơn này', [photo(), pdf()])

    const page = await desk.browser.get(`/console/tickets/${desk.number}`)
    expect(sent).toMatchObject({ status: 303, location: `/console/tickets/${desk.number}?done=reply` })
    expect(await filesOf(desk.number)).toEqual([
      { media_type: 'application/pdf', size_bytes: PDF.length, contact_id: contact.id },
      { media_type: 'image/jpeg', size_bytes: TINY_JPEG.length, contact_id: contact.id },
    ])
    expect((await wordsTo(sql, contact))[0]).toContain('Bác xem mẫu đơn này')
    expect(page.html.match(/attachments\/[\w-]{36}" target/g)).toHaveLength(4)
  })

  it('who presses the button twice has sent them once', async () => {
    const contact = await aContact(sql)
    await using desk = await atTheDesk(contact)

    await desk.reply('Một lần thôi', [photo(), pdf()])
    const again = await desk.reply('Một lần thôi', [photo(), pdf()])

    expect(again).toMatchObject({ status: 303, location: `/console/tickets/${desk.number}?done=reply` })
    expect(await filesOf(desk.number)).toHaveLength(2)
  })

  it('may leave them out', async () => {
    const contact = await aContact(sql)
    await using desk = await atTheDesk(contact)

    const sent = await desk.reply('Không kèm gì', [])

    expect(sent.status).toBe(303)
    expect(await filesOf(desk.number)).toEqual([])
  })

  it.each([
    ['no picture and no PDF', [new File(['<script>alert(1)</script>'], 'anh.jpg')], 'ảnh (JPG, PNG, WebP) hoặc PDF'],
    ['larger than 10 MB', [new File([TINY_JPEG, Buffer.alloc(10 * 1024 * 1024)], 'to.jpg')], '10 MB'],
    ['more than five', Array.from({ length: 6 }, () => photo()), '5 tệp'],
  ])('is told when they are %s, and keeps the words', async (_what, files, hint) => {
    const contact = await aContact(sql)
    await using desk = await atTheDesk(contact)

    const refused = await desk.reply('Chữ đã viết', files)

    expect(refused.status).toBe(422)
    expect(refused.html).toContain('Chữ đã viết</textarea>')
    expect(refused.html).toContain(hint)
    expect(await filesOf(desk.number)).toEqual([])
    expect(await wordsTo(sql, contact)).toEqual([])
  })

  it('is told what Zalo carries when the person is there, and sends what it does', async () => {
    const contact = await aContact(sql)
    await movesTo(contact, 'zalo', 'oa', 'zalo-person')
    await using desk = await atTheDesk(contact)
    const large = new File([Uint8Array.from(TINY_JPEG), Buffer.alloc(1_048_576)], 'lon.jpg')

    const refused = await desk.reply('Chữ đã viết', [large])
    const sent = await desk.reply('Chữ đã viết', [photo(), pdf()])

    expect(refused.status).toBe(422)
    expect(refused.html).toContain('Chữ đã viết</textarea>')
    expect(refused.html).toContain('Zalo')
    expect(refused.html).toContain('JPG, PNG ≤ 1 MB; PDF ≤ 5 MB')
    expect(sent.status).toBe(303)
  })

  it('is told to choose them again when the ticket changed meanwhile; nothing of them is kept', async () => {
    const contact = await aContact(sql)
    await using desk = await atTheDesk(contact)
    await desk.reply('Câu khác', [])

    const stale = await desk.reply('Câu này', [photo()])

    expect(stale.status).toBe(409)
    expect(stale.html).toContain('chọn lại tệp')
    expect(await filesOf(desk.number)).toEqual([])
  })

  it('finds no place for them on the ticket of somebody without a chat', async () => {
    await using desk = await atTheDesk(null)

    expect(desk.html).toContain('id="reply-text"')
    expect(desk.html).not.toContain('type="file"')
  })

  it('must be signed in before a large form is taken in', async () => {
    await using desk = await atTheDesk(await aContact(sql))

    const answer = await desk.app.inject({
      method: 'POST',
      url: `/console/tickets/${desk.number}/reply`,
      headers: {
        host: 'localhost:3000',
        origin: 'http://localhost:3000',
        'content-type': 'multipart/form-data; boundary=x',
        'content-length': '5000000',
      },
      cookies: { [SESSION_COOKIE]: 'unknown' },
      payload: Buffer.alloc(5_000_000),
    })

    expect(answer.statusCode).toBe(303)
    expect(answer.headers.location).toContain('/console/sign-in')
  })
})

describe('a citizen whose officer replied with files', () => {
  it('gets a photo and a document on Telegram', async () => {
    await using fake = await aFakeTelegram()
    const contact = await aContact(sql)
    await movesTo(contact, 'telegram', fake.adapter.account, '4711')
    await using desk = await atTheDesk(contact)
    await desk.reply('Bác xem giúp', [photo(), pdf()])

    await fake.send()

    expect(fake.telegram.received(4711).map(({ photo, text }) => [photo, text.includes('Bác xem giúp')])).toEqual([
      [true, true],
      [false, false],
    ])
    expect(fake.telegram.callsOf('sendPhoto')[0]?.file).toMatchObject({ type: 'image/jpeg', bytes: TINY_JPEG.length })
    expect(fake.telegram.callsOf('sendDocument')[0]?.file).toMatchObject({ type: 'application/pdf', bytes: PDF.length })
  })

  it('sees them on the chat page', async () => {
    const web = fastify()
    await web.register(fastifyCookie)
    const assets = { url: (path: string) => path }
    await webChatRoutes(web, {
      sql,
      secrets,
      store,
      clock,
      texts,
      log,
      assets,
      publicUrl: undefined,
      receive: async () => {},
    })
    const [cookie] = (await web.inject('/chat')).cookies
    const contact = await aContact(sql)
    await movesTo(contact, 'web', 'web', String(cookie?.value).split('.')[0] ?? '')
    await using desk = await atTheDesk(contact)
    await desk.reply('Bác xem giúp', [pdf()])
    const dispatcher = createDispatcher({ sql, secrets, clock, log, adapters: [createWeb({ sql, secrets })] })
    await dispatcher.dispatchDue(MONDAY)
    const [file] = await sql<{ id: string }[]>`
      select a.id from attachments a join tickets t on t.id = a.ticket_id where t.number = ${desk.number}`

    const answer = await web.inject({
      url: `/api/v1/chat/attachments/${file?.id}`,
      cookies: { [String(cookie?.name)]: String(cookie?.value) },
    })
    await web.close()

    expect(answer.statusCode).toBe(200)
    expect(answer.rawPayload).toEqual(PDF)
    expect(answer.headers['content-disposition']).toBe('attachment; filename="cau-noi.pdf"')
  })
})

async function aFakeTelegram() {
  const telegram = await startFakeTelegram()
  const adapter = createTelegram({
    token: telegram.token,
    apiRoot: telegram.apiRoot,
    clock,
    openAttachment: (id) => openAttachment({ sql, secrets, store, log }, id),
  })
  const dispatcher = createDispatcher({ sql, secrets, clock, log, adapters: [adapter] })
  return {
    telegram,
    adapter,
    send: () => dispatcher.dispatchDue(MONDAY),
    async [Symbol.asyncDispose]() {
      adapter.close()
      await telegram.close()
    },
  }
}
