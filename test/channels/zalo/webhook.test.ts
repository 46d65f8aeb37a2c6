import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { signatureOf } from '../../../src/channels/zalo/signature.ts'
import { createInbox } from '../../../src/messaging/inbox.ts'
import { OA_ID } from '../../fakes/zalo.ts'
import { createDatabase } from '../../support/database.ts'
import { secrets, TestClock } from '../../support/spine.ts'
import { anAccount, day, hour, somebody } from './account.ts'

const { sql } = await createDatabase()
/** As the product stores what comes. */
const { receive } = createInbox({ sql, secrets, clock: new TestClock(), onStored() {} })

const saying = (text: string, at: Date, more: object = {}) => ({
  app_id: '1001',
  event_name: 'user_send_text',
  timestamp: String(at.getTime()),
  sender: { id: 'u1' },
  recipient: { id: OA_ID },
  message: { msg_id: `m${at.getTime()}`, text },
  ...more,
})

describe('the signature of an event', () => {
  it('is a plain hash over app, body as it came, time and the secret of the account', () => {
    const body = Buffer.from('{"text":"xin chào","timestamp":"1790000000000"}')

    const signature = signatureOf({ appId: '1001', secret: 's3cret' }, body, '1790000000000')

    // printf '%s' '1001{"text":"xin chào","timestamp":"1790000000000"}1790000000000s3cret' | sha256sum
    expect(signature).toBe('f7f4a36d2c1025841f59c69006e7009b36603e52dee782dade71177091398544')
  })

  it('holds for the bytes, not for what they mean', async () => {
    await using account = await anAccount(sql)
    const { fake, url, clock, updates } = account
    const event = saying('xin chào', clock.now())
    const escaped = JSON.stringify(event).replace('à', '\\u00e0')

    const own = await fake.callWebhook(url, escaped, fake.sign(escaped, event.timestamp))
    const other = await fake.callWebhook(url, escaped, fake.sign(JSON.stringify(event), event.timestamp))

    expect([own.status, other.status]).toEqual([200, 401])
    expect(updates).toMatchObject([{ body: { kind: 'text', text: 'xin chào' } }])
  })
})

describe('a call that is none of ours', () => {
  it('is answered with 200 and ignored when it is of another day', async () => {
    await using account = await anAccount(sql)
    const { fake, url, clock, updates } = account
    const now = clock.now().getTime()
    const stale = saying('cũ', new Date(now - 25 * 3_600_000))
    const early = saying('mới quá', new Date(now + 3_600_000))
    const late = saying('chậm', new Date(now - 2 * 3_600_000))
    const call = (event: ReturnType<typeof saying>) =>
      fake.callWebhook(url, JSON.stringify(event), fake.sign(JSON.stringify(event), event.timestamp))

    const statuses = [(await call(stale)).status, (await call(early)).status, (await call(late)).status]

    expect(statuses).toEqual([200, 200, 200])
    expect(updates.map(({ body }) => body)).toEqual([{ kind: 'text', text: 'chậm' }])
  })

  it('is ignored when it is about another account that shares the address', async () => {
    await using account = await anAccount(sql)
    const { fake, url, clock, updates } = account
    const body = JSON.stringify(saying('xin chào', clock.now(), { recipient: { id: '777' } }))

    const answer = await fake.callWebhook(url, body, fake.sign(body, String(clock.now().getTime())))

    expect(answer.status).toBe(200)
    expect(updates).toEqual([])
  })

  it('is a question of the console when it is a GET', async () => {
    await using account = await anAccount(sql)

    const answer = await fetch(account.url)

    expect(answer.status).toBe(200)
  })

  it('leaves the time at which its signature was wrong', async () => {
    await using account = await anAccount(sql)
    const { fake, url, clock } = account
    const body = JSON.stringify(saying('giả', clock.now()))

    const answer = await fake.callWebhook(url, body, 'mac=00')

    expect(answer.status).toBe(401)
    await expect
      .poll(async () => (await sql`select last_at from signature_failures where account = ${OA_ID}`)[0]?.last_at)
      .toEqual(clock.now())
  })
})

describe('the webhook of Zalo', () => {
  it('refuses a body that no event can have', async () => {
    await using account = await anAccount(sql)

    const answer = await account.fake.callWebhook(account.url, 'x'.repeat(1_100_000), 'mac=00')

    expect(answer.status).toBe(413)
  })

  it('asks Zalo to come again when it could not store in time, before Zalo gives up waiting', async () => {
    const stuck = new Promise<void>(() => {})
    await using account = await anAccount(sql, { receive: () => stuck, patienceMs: 50 })
    const body = JSON.stringify(saying('xin chào', account.clock.now()))

    const answer = await account.fake.callWebhook(
      account.url,
      body,
      account.fake.sign(body, String(account.clock.now().getTime())),
    )

    expect(answer.status).toBe(503)
  })

  it('knows an event that comes again by its kind and message', async () => {
    await using account = await anAccount(sql)
    const person = account.fake.person(somebody())
    const said = await person.says('một')

    await account.fake.deliver(said)

    const [first, again] = account.updates.map(({ externalId }) => externalId)
    expect(again).toBe(first)
  })

  it.each([
    ['user_send_text', { message: { msg_id: 'm\0', text: 'a\0b', quote_msg_id: 'q\0' } }],
    ['user_send_\0', { message: { msg_id: 'm1' } }],
    ['user_seen_message', { message: { msg_ids: ['s\0', 's1'] } }],
    ['user_received_message', { message: { tracking_id: 'n1', delivery_time: '9999999999999999' } }],
    ['user_received_message', { message: { tracking_id: 'n1', delivery_time: 8.64e15 } }],
    ['user_received_message', { message: { tracking_id: 'n1', delivery_time: -1 } }],
    ['change_template_status', { oa_id: OA_ID, template_id: '3\0', status: { new_status: 'X\0' } }],
    ['change_oa_daily_quota', { oa_id: OA_ID, quota: { new_value: 99_999_999_999 } }],
    ['change_oa_daily_quota', { oa_id: OA_ID, quota: { new_value: 1.5 } }],
    ['change_oa_daily_quota', { oa_id: OA_ID, quota: { new_value: '1.5' } }],
    ['user_submit_info', { info: { phone: '09\x0012345678' } }],
  ])('takes an odd event like any other: %j', async (event_name, more) => {
    await using account = await anAccount(sql, { receive })
    const { fake, url, clock } = account
    const body = JSON.stringify(saying('', clock.now(), { event_name, ...more }))

    const answer = await fake.callWebhook(url, body, fake.sign(body, String(clock.now().getTime())))

    expect(answer.status).toBe(200)
  })

  it('names in an alarm who withdrew their consent at Zalo, by our id alone', async () => {
    await using account = await anAccount(sql)
    const { fake, url, clock } = account
    const addresses = [somebody(), somebody()]
    const ids = [await account.contact(addresses[0] ?? ''), await account.contact(addresses[1] ?? '')]
    await sql`delete from channel_alarms`

    for (const user_id of addresses) {
      const { sender: _, recipient: __, message: ___, ...rest } = saying('', clock.now())
      const body = JSON.stringify({ ...rest, event_name: 'user_withdraw', user_id, oa_id: OA_ID })
      await fake.callWebhook(url, body, fake.sign(body, String(clock.now().getTime())))
    }

    const codes = (await sql`select code from channel_alarms`).map(({ code }) => code)
    expect(codes.sort()).toEqual(ids.map((id) => `user_withdraw ${id}`).sort())
  })

  it('never fails over what it is sent, whatever that is', async () => {
    await using account = await anAccount(sql, { receive })
    const { fake, url, clock } = account
    const timestamp = String(clock.now().getTime())
    const call = async (body: string | Uint8Array, isSigned: boolean) => {
      const signature = fake.sign(typeof body === 'string' ? body : '', timestamp)
      return (await fake.callWebhook(url, body, isSigned ? signature : 'mac=ff')).status
    }
    const odd = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.constantFrom('a\0', '9999999999999999', '1.5'))
    const mostly = (usual: fc.Arbitrary<object>) => fc.oneof({ arbitrary: usual, weight: 6 }, fc.anything())
    const anything = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.string({ maxLength: 300 }),
      fc.json({ maxDepth: 6 }),
      fc.constantFrom(
        '['.repeat(200_000),
        `{"timestamp":"${timestamp}","a":${'['.repeat(50_000)}${']'.repeat(50_000)}}`,
      ),
      fc.constant(JSON.stringify(saying('ă'.repeat(900_000 / 2), clock.now()))),
      {
        weight: 10,
        arbitrary: fc
          .record({
            event_name: fc.constantFrom(...EVENTS),
            sender: mostly(fc.record({ id: fc.constantFrom('u1', OA_ID, '', 7) })),
            recipient: mostly(fc.record({ id: fc.constantFrom('u1', OA_ID) })),
            follower: fc.oneof(fc.constant(undefined), fc.record({ id: fc.string() }), fc.anything()),
            oa_id: fc.constantFrom(OA_ID, undefined),
            message: fc.oneof(
              fc.record({
                msg_id: odd,
                msg_ids: fc.array(odd),
                text: fc.string({ unit: 'binary' }),
                attachments: fc.anything(),
                quote_msg_id: odd,
              }),
              fc.record({ tracking_id: fc.constantFrom('n1', 'n\0'), delivery_time: fc.oneof(odd, fc.double()) }),
              fc.anything(),
            ),
            template_id: odd,
            status: fc.record({ new_status: odd }),
            quota: fc.record({ new_value: fc.oneof(fc.double(), fc.maxSafeInteger(), odd) }),
            info: fc.oneof(fc.record({ phone: fc.string() }), fc.anything()),
          })
          .map((event) =>
            JSON.stringify({ ...event, timestamp }, (_, value) => (typeof value === 'bigint' ? 0 : value)),
          ),
      },
    )

    await fc.assert(
      fc.asyncProperty(
        anything,
        fc.integer({ min: 0, max: 4 }).map((roll) => roll > 0),
        async (body, isSigned) => {
          expect([200, 401, 413]).toContain(await call(body, isSigned))
        },
      ),
      { numRuns: 300 },
    )
  })
})

describe('somebody who writes again after a long silence', () => {
  it('is written to at once, since the window is noted before their words are', async () => {
    const address = somebody()
    let standing: unknown
    await using account = await anAccount(sql, {
      receive: async () => {
        standing = (await account.zalo.ledger.personOf(address))?.lastAt
      },
    })
    await account.fake.person(address).says('xin chào')
    account.clock.wait(day(30))

    await account.fake.person(address).says('tôi đây')

    expect(standing).toEqual(account.clock.now())
  })

  it('opens no window by an event that comes late and out of order', async () => {
    await using account = await anAccount(sql)
    const address = somebody()
    const early = account.fake.event('user_send_text', {
      sender: { id: address },
      recipient: { id: OA_ID },
      message: { msg_id: 'early', text: 'một' },
    })
    account.clock.wait(hour(2))
    await account.fake.person(address).says('hai')

    await account.fake.deliver(early)

    expect((await account.zalo.ledger.personOf(address))?.lastAt).toEqual(account.clock.now())
  })
})

const EVENTS = [
  'user_send_text',
  'user_send_image',
  'user_send_gif',
  'user_send_link',
  'user_send_audio',
  'user_send_video',
  'user_send_file',
  'user_send_sticker',
  'user_send_location',
  'user_send_business_card',
  'user_submit_info',
  'user_received_message',
  'user_seen_message',
  'oa_send_text',
  'follow',
  'unfollow',
  'user_click_chatnow',
  'change_oa_daily_quota',
  'change_template_status',
  'something_new',
]
