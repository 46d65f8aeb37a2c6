import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, describe, expect, it } from 'vitest'
import { connect, type Sql } from '../../src/db/client.ts'
import { startEmbedded } from '../../src/db/embedded.ts'
import { aFolder, type ProductProcess, startProcess } from '../support/product-process.ts'
import { aTelegram, aZalo } from './channels.ts'
import { Crowd, KEY, KILLS, SEED, seeded, someMoment } from './crowd.ts'
import { judge, sendsInFlight } from './judge.ts'
import { report } from './report.ts'

const PEOPLE = 5
const SAID_PER_ROUND = 10
const quiet = { info() {}, warn() {}, debug() {} }

const dataDir = aFolder()
const random = seeded(SEED)
const { channel: telegram } = await aTelegram()
const { channel: zalo } = await aZalo({ random })
const crowd = new Crowd([telegram, zalo], PEOPLE, random)
afterAll(async () => {
  for (const channel of crowd.channels) await channel.close()
})

function start(): ProductProcess {
  const channels = Object.assign({}, ...crowd.channels.map(({ settings }) => settings)) as Record<string, string>
  return startProcess({ DATA_KEY: KEY.toString('base64'), DEMO: '0', DATA_DIR: dataDir, ...channels })
}

async function serve(product: ProductProcess): Promise<string> {
  const address = await product.ready
  crowd.listenAt([address])
  return address
}

/** Reads the data folder's database while the product does not run. */
async function withDataDir<Answer>(ask: (sql: Sql) => Promise<Answer>): Promise<Answer> {
  const database = await startEmbedded({ dataDir, log: quiet })
  const sql = connect({ url: database.url, max: 2 })
  const answer = await ask(sql)
  await sql.end()
  await database.stop()
  return answer
}

describe(`a process with its own database, killed ${KILLS} times while people write on both channels`, () => {
  it(
    'has everything take effect once, in order, and loses no answer',
    async () => {
      // The tokens of Zalo come first: what a kill does to them is a matter of its own.
      const first = start()
      const firstAddress = await serve(first)
      await crowd.everybodySays('xin chào')
      await crowd.allDone(firstAddress)
      await first.kill('SIGTERM')

      let inFlight = 0
      for (let kill = 0; kill < KILLS; kill++) {
        await crowd.say(SAID_PER_ROUND / 2)
        const product = start()
        // One in five dies while it starts.
        if (random() < 0.2) await pause(random() * 1_500)
        else {
          await serve(product)
          const count = Math.floor(random() * SAID_PER_ROUND)
          await crowd.say(SAID_PER_ROUND / 2)
          await someMoment(crowd, count, random)
        }
        await product.kill('SIGKILL')
        inFlight += await withDataDir(sendsInFlight)
      }
      const last = start()
      const address = await serve(last)
      await crowd.say(SAID_PER_ROUND)
      await crowd.allDone(address)
      const exit = await last.kill('SIGTERM')
      const verdict = await withDataDir((sql) => judge(sql, crowd))

      report(`Kills with the embedded database, seed ${SEED}`, verdict, { 'uncertain sends': inFlight, kills: KILLS })
      expect(exit).toEqual({ code: 0, signal: null })
      expect(verdict, `seed ${SEED}`).toMatchObject({
        lost: 0,
        doubled: 0,
        outOfOrder: 0,
        shortOfAnswers: 0,
        waiting: 0,
        refused: {},
      })
      expect(verdict.repeated, `seed ${SEED}`).toBeLessThanOrEqual(inFlight)
    },
    90_000 + KILLS * 15_000,
  )
})
