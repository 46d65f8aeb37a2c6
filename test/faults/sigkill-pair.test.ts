import { afterAll, describe, expect, it } from 'vitest'
import { createDatabase } from '../support/database.ts'
import { aFolder } from '../support/product-process.ts'
import { aTelegram, aZalo } from './channels.ts'
import { Crowd, KILLS, SEED, seeded, someMoment } from './crowd.ts'
import { judge, sendsInFlight } from './judge.ts'
import { Processes } from './pair.ts'
import { report } from './report.ts'

const PEOPLE = 5
const SAID_PER_ROUND = 10

const { sql, url } = await createDatabase({ max: 2 })
const random = seeded(SEED + 1)
const { channel: telegram } = await aTelegram()
const { channel: zalo } = await aZalo({ random })
const crowd = new Crowd([telegram, zalo], PEOPLE, random)
aFolder()
afterAll(async () => {
  for (const channel of crowd.channels) await channel.close()
})

describe(`two processes on one database server, one of which is killed ${KILLS} times while people write on both channels`, () => {
  it(
    'have everything take effect once, in order, and lose no answer',
    async () => {
      const processes = new Processes(crowd, url)
      await processes.start(2)
      await crowd.everybodySays('xin chào')
      await processes.allDone()

      let inFlight = 0
      for (let kill = 0; kill < KILLS; kill++) {
        const count = Math.ceil(random() * SAID_PER_ROUND)
        await crowd.say(SAID_PER_ROUND)
        await someMoment(crowd, count, random)
        await processes.killOne(random)
        // What the survivor is just sending is counted as well: the bound is a little generous here.
        inFlight += await sendsInFlight(sql)
        processes.startOne()
      }
      await processes.allDone()
      const codes = await processes.stop()
      const verdict = await judge(sql, crowd)

      report(`Kills with two processes, seed ${SEED}`, verdict, { 'uncertain sends': inFlight, kills: KILLS })
      expect(codes).toEqual([0, 0])
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
