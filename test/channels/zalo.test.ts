import { type ChannelUnderTest, describeChannel } from '../contracts/channel-contract.ts'
import { OA_ID } from '../fakes/zalo.ts'
import { createDatabase } from '../support/database.ts'
import { anAccount, somebody } from './zalo/account.ts'

const { sql } = await createDatabase()

async function openZalo(): Promise<ChannelUnderTest> {
  const account = await anAccount(sql)
  const { fake, zalo, updates, url } = account
  const userId = somebody()
  // Somebody we talk with: nobody else can be written to on Zalo.
  await fake.person(userId).follows()
  updates.length = 0
  return {
    adapter: zalo,
    updates,
    deliver: (message) => account.deliver(userId, message),
    received: async () =>
      fake.received(userId).map(({ text, buttons }) => ({ text, buttons: buttons.map(({ label }) => label) })),
    async says(text, { signature, number }) {
      const event = fake.event('user_send_text', {
        sender: { id: userId },
        recipient: { id: OA_ID },
        message: { msg_id: `said-${number}`, text },
      })
      const body = JSON.stringify(event)
      const right = fake.sign(body, event.timestamp)
      const given = { right, wrong: right.replace(/.$/, (last) => (last === '0' ? '1' : '0')), none: null }[signature]
      return (await fake.callWebhook(url, body, given)).status
    },
    breakDatabase: account.breakDatabase,
    floods: (seconds) => fake.fail({ kind: 'flood', retryAfter: seconds }),
    blocks: () => void fake.person(userId).unfollows(),
    losesAnswer: () => fake.fail({ kind: 'accept-then-reset' }),
    [Symbol.asyncDispose]: () => account[Symbol.asyncDispose](),
  }
}

describeChannel('zalo', { unsigned: 'ignored', isCarriedByOthers: true }, openZalo)
