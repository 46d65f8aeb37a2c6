import { describe, expect, it } from 'vitest'
import type { DeliveryOutcome } from '../../src/messaging/channel.ts'
import { newContact } from '../../src/messaging/contact.ts'
import { createDispatcher } from '../../src/outbox/dispatch.ts'
import { enqueue } from '../../src/outbox/enqueue.ts'
import { countSetAside, giveUp, listSetAside, sendAgain } from '../../src/outbox/set-aside.ts'
import { createDatabase } from '../support/database.ts'
import { aChannel, secrets, silent, TestClock } from '../support/spine.ts'

const { sql } = await createDatabase()

/** A person to whom the channel says of one text what nobody foresaw. */
async function aParkedMessage() {
  await sql`truncate outbox, contacts`
  const clock = new TestClock()
  const channel = aChannel()
  let isStrange = true
  channel.answers = ({ message }): DeliveryOutcome =>
    isStrange && message.text === 'một'
      ? { kind: 'refused', reason: 'parked', detail: 'answer 418' }
      : { kind: 'delivered', externalId: null }
  const made = newContact(secrets, { channel: channel.id, account: channel.account, address: 'a' })
  await sql`insert into contacts (id, channel, account, address_hash, sealed_address, sealed_key, created_at)
    values (${made.id}, ${channel.id}, ${channel.account}, ${made.addressHash}, ${made.sealedAddress}, ${made.sealedKey},
      ${clock.now()})`
  const contact = {
    id: made.id,
    key: secrets.openPersonKey(made.sealedKey),
    channel: channel.id,
    account: channel.account,
  }
  const message = (text: string) => ({ text, actions: [], attachmentId: null })
  const messages = [message('một'), message('hai')]
  await sql.begin((tx) => enqueue(tx, { contact, author: 'bot', messages, now: clock.now() }))
  const dispatcher = createDispatcher({ sql, secrets, clock, log: silent, adapters: [channel] })
  const send = () => dispatcher.dispatchDue(clock.now())
  await send()
  const [row] = await listSetAside(sql, 10)
  return { id: row?.id ?? 0, clock, channel, contact, send, mend: () => (isStrange = false) }
}

describe('a message to which the channel answered what nobody foresaw', () => {
  it('is put aside, and the ones after it leave', async () => {
    const { channel, contact } = await aParkedMessage()

    const listed = await listSetAside(sql, 10)

    expect(channel.textsTo('a')).toEqual(['hai'])
    expect(listed).toMatchObject([{ state: 'parked', contactId: contact.id, reason: 'answer 418', author: 'bot' }])
    expect(await countSetAside(sql)).toEqual(new Map([['telegram', 1]]))
  })

  it('is not sent again by itself', async () => {
    const { channel, clock, send, mend } = await aParkedMessage()
    mend()
    clock.wait(86_400)

    await send()

    expect(channel.textsTo('a')).toEqual(['hai'])
  })

  it('leaves once a person says so, once', async () => {
    const { id, channel, clock, send, mend } = await aParkedMessage()
    mend()

    const outcomes = await Promise.all([
      sql.begin((tx) => sendAgain(tx, id, clock.now())),
      sql.begin((tx) => sendAgain(tx, id, clock.now())),
    ])
    await send()

    expect(outcomes.map(({ kind }) => kind).sort()).toEqual(['done', 'gone'])
    expect(channel.textsTo('a')).toEqual(['hai', 'một'])
    expect(await listSetAside(sql, 10)).toEqual([])
  })

  it('never leaves once a person gave it up', async () => {
    const { id, channel, clock, send, mend } = await aParkedMessage()
    mend()

    await sql.begin((tx) => giveUp(tx, id, clock.now()))
    const again = await sql.begin((tx) => sendAgain(tx, id, clock.now()))
    await send()

    expect(again).toEqual({ kind: 'gone' })
    expect(channel.textsTo('a')).toEqual(['hai'])
  })

  it('is gone with the person who was erased', async () => {
    const { id, clock, contact } = await aParkedMessage()
    await sql`update contacts set erased_at = ${clock.now()}, sealed_key = null where id = ${contact.id}`

    const outcome = await sql.begin((tx) => sendAgain(tx, id, clock.now()))

    expect(outcome).toEqual({ kind: 'gone' })
  })
})
