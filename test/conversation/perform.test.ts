import { describe, expect, it } from 'vitest'
import { apologise } from '../../src/conversation/apologise.ts'
import { lockContactRows, openContact } from '../../src/messaging/contact.ts'
import { aContact, aTicket, desk, MONDAY, wordsTo } from '../desk/desk-builders.ts'
import { createDatabase } from '../support/database.ts'
import { productDefinitions } from '../support/definitions.ts'
import { startSpine, Talk } from '../support/talk.ts'

const { sql } = await createDatabase()

describe('a person whose words could not be handled', () => {
  it.each([
    ['hears an apology from the bot', false, 1],
    ['hears none while an officer holds the talk', true, 0],
  ])('%s', async (_, isWithOfficer, count) => {
    const contact = await aContact(sql)
    await aTicket(sql, contact)
    await sql`update contacts set talk_ticket_id = ${isWithOfficer ? 1 : null} where id = ${contact.id}`
    const before = (await wordsTo(sql, contact)).length

    await sql.begin(async (tx) => {
      const [row] = await lockContactRows(tx, [contact.id], { skipBusy: false })
      const opened = row === undefined ? null : openContact(desk.secrets, row)
      if (opened !== null) await apologise(tx, productDefinitions(), opened, MONDAY)
    })

    expect((await wordsTo(sql, contact)).length - before).toBe(count)
  })
})

describe('a person who asks to be forgotten', () => {
  it('goes on in their language, and nothing of what had failed can be read', async () => {
    const { sql: own } = await createDatabase()
    const spine = await startSpine(own)
    const talk = new Talk(spine, 'web')
    await talk.starts()
    await own`update contacts set language = 'en'`
    await own`insert into inbox (contact_id, channel, account, external_id, sealed_body, received_at, failed_at)
      select id, 'web', 'web', 'failed', ${Buffer.from('words')}, ${MONDAY}, ${MONDAY} from contacts`

    await talk.says('xóa dữ liệu của tôi')
    const [question] = (await talk.hears()).slice(-1)
    await talk.taps(question?.actions[0]?.label ?? '')
    await spine.close()

    const people =
      await own`select language, erased_at is not null as erased from contacts order by created_at, erased_at`
    const [failed] = await own`select sealed_body from inbox where external_id = 'failed'`
    expect(people).toEqual([
      { language: 'en', erased: true },
      { language: 'en', erased: false },
    ])
    expect(failed).toEqual({ sealed_body: null })
  })

  it('leaves at Zalo nothing of what they did there, and of what was paid the figure alone', async () => {
    const { sql: own } = await createDatabase()
    const spine = await startSpine(own)
    const talk = new Talk(spine, 'zalo')
    await talk.starts()
    const [contact] = await own<{ address_hash: Buffer }[]>`
      update reply_windows set seen_at = now(), received_at = now(), paid_remaining = 3, sealed_phone = ${Buffer.from('x')}
      returning address_hash`
    const hash = contact?.address_hash ?? Buffer.alloc(0)
    await own`insert into paid_notices (channel, account, address_hash, template_id, route, price, state, sent_at)
      select channel, account, address_hash, '1', 'uid', 80, 'sent', now() from reply_windows`

    await talk.says('xóa dữ liệu của tôi')
    const [question] = (await talk.hears()).slice(-1)
    await talk.taps(question?.actions[0]?.label ?? '')
    await spine.close()

    const [window] = await own`
      select seen_at, received_at, paid_remaining, sealed_phone from reply_windows where address_hash = ${hash}`
    const notices = await own<{ price: number; hash: Buffer }[]>`select price, address_hash as hash from paid_notices`
    expect(window).toEqual({ seen_at: null, received_at: null, paid_remaining: null, sealed_phone: null })
    expect(notices.map(({ price }) => price)).toEqual([80])
    expect(notices[0]?.hash.equals(hash)).toBe(false)
  })
})
