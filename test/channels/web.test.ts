import { request } from 'node:http'
import fastifyCookie from '@fastify/cookie'
import { fastify } from 'fastify'
import { describe, expect, it, vi } from 'vitest'
import { createWeb } from '../../src/channels/web/adapter.ts'
import type { WebLimits } from '../../src/channels/web/limits.ts'
import { webChatRoutes } from '../../src/channels/web/routes.ts'
import { loadTexts } from '../../src/i18n.ts'
import type { DeliveryOutcome } from '../../src/messaging/channel.ts'
import { createInbox } from '../../src/messaging/inbox.ts'
import type { Message } from '../../src/messaging/message.ts'
import type { Update } from '../../src/messaging/update.ts'
import { createSecrets, sealJson } from '../../src/secrets.ts'
import { describeChannel, NOW, type Signed } from '../contracts/channel-contract.ts'
import { TINY_JPEG } from '../fakes/telegram.ts'
import { createDatabase } from '../support/database.ts'
import { aStore } from '../support/store.ts'
import { openPage } from './web/chat-page.ts'

const { sql } = await createDatabase({ max: 20 })
const secrets = createSecrets(Buffer.alloc(32, 7))
const texts = loadTexts('locales')
const store = aStore()
const clock = { now: () => NOW }
const silent = { warn() {}, error() {}, debug() {}, info() {} }

interface Answer {
  status: number
  json: { id?: string; detail?: string; errors?: { path: string; detail: string }[] }
}

/** The web chat in front of a real database, with one person who has the page open in a browser. */
async function openWeb(limits?: Partial<WebLimits>) {
  const adapter = createWeb({ sql, secrets })
  const updates: Update[] = []
  let isBroken = false
  const inbox = createInbox({ sql, secrets, clock, onStored() {} })
  const app = fastify()
  await app.register(fastifyCookie)
  const connections = new Set<unknown>()
  app.addHook('onRequest', async ({ raw, url }, reply) => {
    if (!url.startsWith('/api/v1/chat/files')) return
    connections.add(raw)
    reply.raw.on('close', () => connections.delete(raw))
  })
  await webChatRoutes(app, {
    sql,
    secrets,
    store,
    clock,
    texts,
    log: silent,
    assets: { url: (path) => `/assets/${path}` },
    publicUrl: undefined,
    ...(limits ? { limits } : {}),
    receive: async (batch) => {
      if (isBroken) throw new Error('the database is down')
      updates.push(...batch)
      await inbox.receive(batch)
    },
  })
  const root = await app.listen({ port: 0, host: '127.0.0.1' })
  const newCookie = async () => cookieOf(await fetch(`${root}/chat`))
  const cookie = await newCookie()

  async function post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const answer = await fetch(root + path, {
      method: 'POST',
      headers: { cookie, 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : body instanceof Uint8Array ? Uint8Array.from(body) : JSON.stringify(body),
    })
    return { status: answer.status, json: (await answer.json().catch(() => ({}))) as Answer['json'] }
  }

  /** What a step of the conversation does with a message: it is in the talk and waits in the outbox. */
  async function queue(message: Message, author: 'bot' | 'officer' | 'citizen' | 'note' = 'bot', externalId?: string) {
    const contact = await contactOf()
    const key = secrets.openPersonKey(contact.sealed_key)
    const attachmentIds = message.attachmentId === null ? [] : [message.attachmentId]
    const entry = sealJson(key, { text: message.text, actions: message.actions, attachmentIds })
    const [said] = await sql<{ id: number }[]>`
      insert into messages (contact_id, author, sealed_body, external_id, created_at)
      values (${contact.id}, ${author}, ${entry}, ${externalId ?? null}, ${NOW}) returning id`
    const messageId = said?.id ?? 0
    if (author === 'bot' || author === 'officer') {
      await sql`
        insert into outbox (contact_id, message_id, channel, account, send_class, author, priority, not_before, created_at)
        values (${contact.id}, ${messageId}, 'web', 'web', 'talk', ${author}, 0, ${NOW}, ${NOW})`
    }
    return messageId
  }

  /** What the dispatcher does: the call, then the record of what came of it. */
  async function send(messageId: number, message: Message): Promise<DeliveryOutcome> {
    const [contact, address] = [await contactOf(), (await personOf()).address]
    const outcome = await adapter.deliver({ id: messageId, contactId: contact.id, address, message })
    const externalId = outcome.kind === 'delivered' ? outcome.externalId : null
    await sql`update outbox set state = 'delivered', settled_at = ${NOW} where message_id = ${messageId}`
    await sql`update messages set external_id = ${externalId} where id = ${messageId}`
    return outcome
  }

  /** The person as the inbox knows them; they say a first word when they have not yet. */
  async function personOf(): Promise<{ address: string }> {
    const value = cookie.slice(cookie.indexOf('=') + 1)
    const address = value.slice(0, value.indexOf('.'))
    await inbox.receive([
      {
        channel: 'web',
        account: 'web',
        address,
        externalId: `hello-${address}`,
        body: { kind: 'start', payload: null },
        messageId: null,
        quotedMessageId: null,
      },
    ])
    return { address }
  }

  async function contactOf() {
    await personOf()
    const [row] = await sql<{ id: string; sealed_key: Buffer }[]>`
      select c.id, c.sealed_key from contacts c join inbox i on i.contact_id = c.id
      where i.external_id = ${`hello-${(await personOf()).address}`}`
    if (row === undefined) throw new Error('The person is not known')
    return row
  }

  return {
    adapter,
    updates,
    root,
    cookie,
    newCookie,
    post,
    queue,
    send,
    contactOf,
    open: (options: { cookie?: string; place?: string } = {}) => openPage(root, { cookie, ...options }),
    say: (body: unknown, headers?: Record<string, string>) => post('/api/v1/chat/messages', body, headers),
    deliver: async (message: Message) => send(await queue(message), message),
    async received() {
      await using page = openPage(root, { cookie })
      await page.ready
      return page.messages.map(({ text, actions }) => ({ text, buttons: actions.map(({ label }) => label) }))
    },
    async says(text: string, { signature, number }: Signed) {
      const forged = `cau_noi_chat=${'a'.repeat(24)}.${'b'.repeat(43)}`
      const sent = { right: cookie, wrong: forged, none: '' }[signature]
      return (await post('/api/v1/chat/messages', { text, id: `m${number}` }, { cookie: sent })).status
    },
    uploadsUnderWay: () => connections.size,
    breakDatabase: () => {
      isBroken = true
    },
    async [Symbol.asyncDispose]() {
      const closed = app.close()
      // `fetch` keeps connections ready on which it never asked anything.
      app.server.closeAllConnections()
      await closed
    },
  }
}

describeChannel('web', { unsigned: 'newcomer', isCarriedByOthers: false }, () => openWeb())

const words = (text: string): Message => ({ text, actions: [], attachmentId: null })

describe('a person who opens the chat page', () => {
  it('gets an address of their own in a cookie that scripts cannot read', async () => {
    await using web = await openWeb()

    const answer = await fetch(`${web.root}/chat`)

    const cookie = answer.headers.get('set-cookie') ?? ''
    expect(cookie).toMatch(/^cau_noi_chat=[\w-]{24}\.[\w-]{43}; /)
    expect(cookie).toContain('HttpOnly')
    expect(cookie).toContain('SameSite=Lax')
    expect(cookie).toContain('Max-Age=31536000')
  })

  it('keeps the address when they come again', async () => {
    await using web = await openWeb()

    const answer = await fetch(`${web.root}/chat`, { headers: { cookie: web.cookie } })

    expect(answer.headers.get('set-cookie')).toBeNull()
  })

  it('gets a page without a line of script or style in it', async () => {
    await using web = await openWeb()

    const page = await (await fetch(`${web.root}/chat`)).text()

    expect(page).toContain('<html lang="vi">')
    expect(page).toContain('/assets/chat/chat.js')
    expect(page).not.toMatch(/<style|style="|<script(?![^>]*src=)|\son\w+="/)
  })

  it('starts the talk', async () => {
    await using web = await openWeb()

    const answer = await web.say({ start: true })

    expect(answer.status).toBe(202)
    expect(web.updates).toMatchObject([{ body: { kind: 'start', payload: null } }])
  })

  it('taps a button by either name of the field', async () => {
    await using web = await openWeb()

    await web.say({ action: 'a1' })
    await web.say({ action_id: 'a2' })

    expect(web.updates).toMatchObject([{ body: { actionId: 'a1' } }, { body: { actionId: 'a2' } }])
  })

  it.each([
    ['nothing', {}],
    ['an empty text', { text: '  ' }],
    ['two things at once', { text: 'a', action: 'b' }],
    ['no object', '"xin chào"'],
    ['no JSON', '{'],
  ])('is told kindly that %s cannot be read', async (_what, body) => {
    await using web = await openWeb()

    const answer = await web.say(body)

    expect(answer.status).toBe(422)
    expect(answer.json.detail).toContain('Quý vị viết lại')
    expect(answer.json).toMatchObject({ type: 'about:blank', title: 'Invalid values', status: 422 })
    expect(answer.json.errors?.[0]).toMatchObject({ path: expect.any(String), detail: expect.any(String) })
    expect(web.updates).toEqual([])
  })

  it('may write twenty thousand characters and is told when it is more', async () => {
    await using web = await openWeb()

    const long = await web.say({ text: 'ệ'.repeat(20_000) })
    const longer = await web.say({ text: 'a'.repeat(20_001) })
    const endless = await web.say({ text: 'a'.repeat(300_000) })

    expect([long.status, longer.status, endless.status]).toEqual([202, 422, 413])
    expect(longer.json.detail).toContain('chia thành vài tin ngắn hơn')
    expect(endless.json.detail).toContain('chia thành vài tin ngắn hơn')
  })

  it('cannot be made to speak by the page of somebody else', async () => {
    await using web = await openWeb()

    const foreign = await web.say({ text: 'x' }, { origin: 'https://evil.example' })
    const form = await web.say('text=x', { 'content-type': 'application/x-www-form-urlencoded' })

    expect([foreign.status, form.status]).toEqual([403, 415])
    expect(web.updates).toEqual([])
  })
})

describe('an open chat page', () => {
  it('shows an answer within two seconds of its delivery, wherever it was sent from', async () => {
    await using web = await openWeb()
    await web.deliver(words('Xin chào'))
    const id = await web.queue(words('Quý vị cần gì?'))
    await using page = web.open()
    await page.until(1)
    const sentAt = performance.now()
    await web.send(id, words('Quý vị cần gì?'))

    await page.until(2)

    expect(page.messages[1]).toMatchObject({ author: 'bot', text: 'Quý vị cần gì?', at: '2026-11-23T09:00:00+07:00' })
    expect(performance.now() - sentAt).toBeLessThan(2_000)
  })

  it('is empty and ready for somebody new', async () => {
    await using web = await openWeb()
    await using page = web.open({ cookie: await web.newCookie() })

    const ready = await page.ready

    expect(ready).toEqual({ empty: true })
  })

  it('shows what was said before, the newest fifty', async () => {
    await using web = await openWeb()
    for (let n = 1; n <= 55; n++) await web.queue(words(`câu ${n}`), 'citizen', `c${n}`)
    await using page = web.open()

    await page.ready

    expect(page.messages.map(({ text }) => text)).toEqual(Array.from({ length: 50 }, (_, n) => `câu ${n + 6}`))
  })

  it('tells the page which of its own messages arrived', async () => {
    await using web = await openWeb()
    await web.queue(words('tôi hỏi'), 'citizen', 'my-id')
    await using page = web.open()

    await page.ready

    expect(page.messages).toMatchObject([{ author: 'citizen', client_id: 'my-id', text: 'tôi hỏi' }])
  })

  it('shows nothing that was dropped, nothing on its way, and no note among officers', async () => {
    await using web = await openWeb()
    const dropped = await web.queue(words('bị bỏ'))
    await sql`update outbox set state = 'dropped' where message_id = ${dropped}`
    await web.queue(words('đang gửi'))
    await web.queue(words('ghi chú nội bộ'), 'note')
    await web.queue(words('tôi hỏi'), 'citizen')
    await using page = web.open()

    await page.ready

    expect(page.messages.map(({ text }) => text)).toEqual(['tôi hỏi'])
  })

  it('still shows an answer when its delivery was forgotten', async () => {
    await using web = await openWeb()
    await web.deliver(words('từ tuần trước'))
    await sql`delete from outbox where contact_id = ${(await web.contactOf()).id}`
    await using page = web.open()

    await page.ready

    expect(page.messages.map(({ text }) => text)).toEqual(['từ tuần trước'])
  })

  it("shows nobody else's talk", async () => {
    await using web = await openWeb()
    await web.deliver(words('chuyện riêng'))
    await using page = web.open({ cookie: await web.newCookie() })

    await page.ready

    expect(page.messages).toEqual([])
  })
})

describe('a page whose line was cut', () => {
  it('goes on after what it has, without a gap or a repeat', async () => {
    await using web = await openWeb()
    await web.deliver(words('một'))
    await using before = web.open()
    await before.until(1)
    await web.deliver(words('hai'))

    await using page = web.open({ place: before.place })
    await page.ready

    expect(page.messages.map(({ text }) => text)).toEqual(['hai'])
  })

  it('gets the answer that left late, after what the person wrote meanwhile', async () => {
    await using web = await openWeb()
    const late = await web.queue(words('trả lời muộn'))
    await web.queue(words('tôi hỏi tiếp'), 'citizen', 'c1')
    await using before = web.open()
    await before.until(1)
    const { place } = before
    await web.send(late, words('trả lời muộn'))

    await using page = web.open({ place })
    await page.ready

    expect(place).toMatch(/^\d+\.\d+$/)
    expect(page.messages.map(({ text }) => text)).toEqual(['trả lời muộn'])
  })

  it('has its words taken once, however often it sends them', async () => {
    await using web = await openWeb()

    const answers = await Promise.all(Array.from({ length: 20 }, () => web.say({ text: 'vay vốn', id: 'same' })))

    const { id } = await web.contactOf()
    const rows = await sql`select 1 from inbox where contact_id = ${id} and external_id like '%:same'`
    expect(answers.every(({ status, json }) => status === 202 && json.id === 'same')).toBe(true)
    expect(rows).toHaveLength(1)
  })

  it('is told to send again while the database is down', async () => {
    await using web = await openWeb()
    web.breakDatabase()

    const answer = await web.say({ text: 'vay vốn' })

    expect(answer.status).toBe(503)
    expect(answer.json.detail).toContain('tự gửi lại')
  })
})

describe('a paper sent from the page', () => {
  const sendFile = (web: Awaited<ReturnType<typeof openWeb>>, content: Uint8Array, query = '?id=f1') =>
    web.post(`/api/v1/chat/files${query}`, content, { 'content-type': 'image/jpeg' })

  it('is sealed and named in the update, even as the first thing somebody does', async () => {
    await using web = await openWeb()

    const answer = await sendFile(web, TINY_JPEG, '?id=f1&name=so-ho-ngheo.jpg')

    const update = web.updates.at(-1)
    expect(answer.status).toBe(202)
    expect(update?.body).toMatchObject({
      kind: 'file',
      file: { media: 'photo', mediaType: 'image/jpeg', sizeBytes: TINY_JPEG.length, name: 'so-ho-ngheo.jpg' },
    })
    const rows = await sql<{ stored_name: string; sealed_content: Buffer | null }[]>`
      select stored_name, sealed_content from attachments where contact_id = ${(await web.contactOf()).id}`
    expect(rows).toHaveLength(1)
    const kept = await store.get(rows[0]?.stored_name ?? '')
    expect(kept?.length).toBeGreaterThan(TINY_JPEG.length)
    expect(kept?.includes(TINY_JPEG.subarray(0, 32))).toBe(false)
    expect(rows[0]?.sealed_content).toBeNull()
  })

  it('is kept once when it is sent again', async () => {
    await using web = await openWeb()

    await sendFile(web, TINY_JPEG)
    const again = await sendFile(web, TINY_JPEG)

    expect(again.status).toBe(202)
    const rows = await sql`select 1 from attachments where contact_id = ${(await web.contactOf()).id}`
    expect(rows).toHaveLength(1)
  })

  it('can be seen again by the person, and by nobody else', async () => {
    await using web = await openWeb()
    await sendFile(web, TINY_JPEG)
    const [row] = await sql<{ id: string }[]>`
      select id from attachments where contact_id = ${(await web.contactOf()).id}`
    const url = `${web.root}/api/v1/chat/attachments/${row?.id}`

    const somebodyElse = await web.newCookie()
    await web.say({ text: 'xin chào' }, { cookie: somebodyElse })

    const own = await fetch(url, { headers: { cookie: web.cookie } })
    const foreign = await fetch(url, { headers: { cookie: somebodyElse } })

    expect(Buffer.from(await own.arrayBuffer())).toEqual(TINY_JPEG)
    expect(own.headers.get('content-type')).toBe('image/jpeg')
    expect(foreign.status).toBe(404)
  })

  it('is refused kindly when it is no photo, whatever it is called', async () => {
    await using web = await openWeb()

    const answer = await sendFile(web, Buffer.from('<script>alert(1)</script>'))

    expect(answer.status).toBe(415)
    expect(answer.json.detail).toContain('chỉ nhận được ảnh')
    expect(web.updates).toEqual([])
  })

  it('is refused kindly when it is larger than 10 MB', async () => {
    await using web = await openWeb()

    const answer = await sendFile(web, Buffer.concat([TINY_JPEG, Buffer.alloc(10 * 1024 * 1024)]))

    expect(answer.status).toBe(413)
    expect(answer.json.detail).toContain('10 MB')
  })
})

describe('somebody who opens more pages than a person needs', () => {
  it('keeps the newest five of one browser, and each page that has to go is told so', async () => {
    await using web = await openWeb()
    const pages = []
    for (let count = 0; count < 7; count++) {
      const page = web.open()
      pages.push(page)
      await page.ready
    }

    await Promise.all(pages.slice(0, 2).map((page) => page.ended))
    const id = await web.queue(words('vẫn nghe'))
    await web.send(id, words('vẫn nghe'))
    await Promise.all(pages.slice(2).map((page) => page.until(1)))

    expect(pages.map((page) => page.isReplaced)).toEqual([true, true, false, false, false, false, false])
    for (const page of pages) await page[Symbol.asyncDispose]()
  })

  it('with a new cookie for each is held to the number of one address', async () => {
    await using web = await openWeb({ streamsPerAddress: 3 })
    const pages = []
    for (let count = 0; count < 4; count++) {
      const page = web.open({ cookie: await web.newCookie() })
      pages.push(page)
      await page.ready
    }

    await pages[0]?.ended

    expect(pages.map((page) => page.isReplaced)).toEqual([true, false, false, false])
    for (const page of pages) await page[Symbol.asyncDispose]()
  })
})

describe('somebody who sends more files than a person has', () => {
  const slowUpload = (web: Awaited<ReturnType<typeof openWeb>>, id: string, cookie = web.cookie) => {
    const call = request(`${web.root}/api/v1/chat/files?id=${id}`, {
      method: 'POST',
      headers: { cookie, 'content-type': 'image/jpeg', 'content-length': TINY_JPEG.length },
    })
    const answer = Promise.withResolvers<{ status: number; retryAfter: string | undefined }>()
    call.on('response', ({ statusCode = 0, headers }) => {
      answer.resolve({ status: statusCode, retryAfter: headers['retry-after'] })
      call.destroy()
    })
    call.on('error', answer.reject)
    call.write(TINY_JPEG.subarray(0, 10))
    return { answer: answer.promise, finish: () => call.end(TINY_JPEG.subarray(10)) }
  }

  it('may send two at once from one browser; the next is asked to come again, before it is read', async () => {
    await using web = await openWeb()
    const [one, two] = [slowUpload(web, 'a'), slowUpload(web, 'b')]
    await vi.waitFor(() => expect(web.uploadsUnderWay()).toBe(2))

    const third = await slowUpload(web, 'c').answer
    one.finish()
    two.finish()

    expect(third).toEqual({ status: 429, retryAfter: '5' })
    expect([(await one.answer).status, (await two.answer).status]).toEqual([202, 202])
    expect((await web.post('/api/v1/chat/files?id=c', TINY_JPEG, { 'content-type': 'image/jpeg' })).status).toBe(202)
  })

  it('with a new cookie for each is held to the number of one address', async () => {
    await using web = await openWeb({ uploadsAtOncePerAddress: 1 })
    const one = slowUpload(web, 'a', await web.newCookie())
    await vi.waitFor(() => expect(web.uploadsUnderWay()).toBe(1))

    const two = await slowUpload(web, 'b', await web.newCookie()).answer
    one.finish()

    expect(two.status).toBe(429)
    expect((await one.answer).status).toBe(202)
  })

  it('fills no more than so many bytes an hour', async () => {
    await using web = await openWeb({ uploadBytesPerBrowser: TINY_JPEG.length * 2 })
    const send = (id: string, cookie = web.cookie) =>
      web.post(`/api/v1/chat/files?id=${id}`, TINY_JPEG, { 'content-type': 'image/jpeg', cookie })

    const statuses = [await send('a'), await send('b'), await send('c')].map(({ status }) => status)
    const other = await send('d', await web.newCookie())

    expect(statuses).toEqual([202, 202, 429])
    expect(other.status).toBe(202)
  })
})

describe('a talk on a shared screen', () => {
  it('ends by a button, and the next person begins anew', async () => {
    await using web = await openWeb()
    await web.deliver(words('chuyện riêng'))

    const answer = await fetch(`${web.root}/api/v1/chat/end`, { method: 'POST', headers: { cookie: web.cookie } })

    await using page = web.open({ cookie: cookieOf(answer) })
    await page.ready
    expect(answer.status).toBe(204)
    expect(page.messages).toEqual([])
    expect(web.updates).toMatchObject([{ body: { kind: 'left' } }])
  })
})

describe('a screen that many people use', () => {
  it('begins a new talk each time the page is opened', async () => {
    await using web = await openWeb()
    const first = cookieOf(await fetch(`${web.root}/chat?kiosk=1`))

    const again = cookieOf(await fetch(`${web.root}/chat?kiosk=1`, { headers: { cookie: first } }))

    expect(again).toMatch(/^cau_noi_chat=./)
    expect(again).not.toBe(first)
  })
})

function cookieOf(answer: Response): string {
  return answer.headers.get('set-cookie')?.split(';')[0] ?? ''
}
