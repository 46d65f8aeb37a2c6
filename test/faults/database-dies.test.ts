import { afterAll, describe, expect, it } from 'vitest'
import { startEmbedded } from '../../src/db/embedded.ts'
import { aFolder, startProcess } from '../support/product-process.ts'
import { aTelegram } from './channels.ts'
import { Crowd, KEY } from './crowd.ts'

const quiet = { info() {}, warn() {}, debug() {} }
const { channel, fake } = await aTelegram()
const crowd = new Crowd([channel], 0, Math.random)
afterAll(() => channel.close())

describe('a database that goes away under way', () => {
  it('is waited for: the process lives, says that it is not ready, and answers everybody once it is back', async () => {
    const dataDir = aFolder()
    const database = await startEmbedded({ dataDir, log: quiet, durable: false })
    const product = startProcess({
      DATABASE_URL: database.url,
      DATA_KEY: KEY.toString('base64'),
      DEMO: '0',
      ...channel.settings,
    })
    const address = await product.ready
    const person = fake.person(91_000)
    await person.starts()
    await fake.nextMessage(person.chatId)
    await crowd.allDone(address)
    const before = fake.received(person.chatId).length

    await database.stop()
    await person.says('menu')
    const live = await fetch(`${address}/health/live`)
    const ready = await fetch(`${address}/health/ready`)
    const back = await startEmbedded({ dataDir, log: quiet, durable: false })
    const answer = await fake.nextMessage(person.chatId, before)
    await crowd.allDone(address)
    const exit = await product.kill('SIGTERM')
    await back.stop()

    expect([live.status, ready.status]).toEqual([200, 503])
    expect(answer.text.length).toBeGreaterThan(0)
    expect(exit.code).toBe(0)
  }, 90_000)
})
