import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { createDatabase } from '../support/database.ts'
import { aFolder } from '../support/product-process.ts'
import { aTelegram, aZalo, until } from './channels.ts'
import { Crowd, SEED, seeded, shuffled } from './crowd.ts'
import { judge, sendsInFlight } from './judge.ts'
import { Processes } from './pair.ts'
import { report } from './report.ts'
import { consentAgain, tokenRow } from './zalo-consent.ts'

/** Some faults silence a person until the next day; enough others go on. */
const PEOPLE = 16
const SAID_PER_STEP = 3
const TURNS_MAX = 2
const ON_AT_ONCE = 2
const HOUR = 3_600
/** Every wait for a morning, a quota or an hour of the day is over by then, and so is the access token. */
const NEXT_DAY = 26 * HOUR
/** What the fakes refuse for good; any other reason would be a message given up. */
const REFUSALS = /^(blocked|bad-message|zalo -201|zalo -9999|answer 418.*)$/

aFolder()

describe('all faults of both channels, switched on and off in random order', () => {
  it.each([
    ['', 1, 0, 10, SEED + 2],
    [' while processes are killed', 2, 0.15, 25, SEED + 3],
  ] as const)(
    '%s lose nothing, double nothing and end with everybody answered',
    async (also, size, killShare, missedMax, seed) => {
      const { sql, url } = await createDatabase({ max: 2 })
      const random = seeded(seed)
      let ahead = 0
      const { channel: telegram } = await aTelegram()
      const { channel: zalo, fake } = await aZalo({ random, now: () => new Date(Date.now() + ahead * 1_000) })
      const crowd = new Crowd([telegram, zalo], PEOPLE, random)
      const processes = new Processes(crowd, url)
      const restart = async (seconds: number) => {
        await processes.stop()
        ahead = seconds
        await processes.start(size, { CLOCK_OFFSET_SECONDS: String(seconds) })
      }
      let inFlight = 0
      let kills = 0

      await processes.start(1)
      await crowd.everybodySays('xin chào')
      await processes.allDone()
      // New tokens are not asked for twice within a minute.
      await restart(HOUR)

      const all = crowd.channels.flatMap(({ switches }) => switches)
      let left = shuffled(all, random)
      const on: typeof left = []
      const thrown: string[] = []
      while (left.length > 0 || on.length > 0) {
        const [next] = left
        if (next !== undefined && on.length < ON_AT_ONCE && (on.length === 0 || random() < 0.5)) {
          left = left.slice(1)
          on.push(next)
          next.on()
          thrown.push(`+${next.name}`)
        } else {
          const [ended] = on.splice(Math.floor(random() * on.length), 1)
          if (ended === undefined) continue
          ended.off()
          thrown.push(`-${ended.name}`)
          // One that met no call, because another was faster or nobody spoke, gets another turn.
          const turns = thrown.filter((name) => name === `+${ended.name}`).length
          if (!ended.hasStruck() && turns < TURNS_MAX) left.push(ended)
          if (ended.needsAdministrator && ended.hasStruck()) await restart(HOUR)
        }
        await crowd.say(SAID_PER_STEP)
        await pause(random() * 500)
        if (random() < killShare) {
          await processes.killOne(random)
          inFlight += await sendsInFlight(sql)
          processes.startOne({ CLOCK_OFFSET_SECONDS: String(HOUR) })
          kills += 1
          // While nobody serves no fault meets anything.
          await processes.address()
        }
      }

      await until('channels are quiet', () => crowd.channels.every((channel) => channel.isQuiet()))
      // The talk of people who never consented is not kept into the next day, and the judge would miss it.
      await sql`update contacts set consent_at = now()`
      await restart(NEXT_DAY)
      await until('tokens', async () => {
        const row = await tokenRow(sql)
        if (row?.refusal) await consentAgain(sql, fake, NEXT_DAY)
        return (
          row?.refusal === null && row.expires_at !== null && row.expires_at.getTime() > Date.now() + NEXT_DAY * 1_000
        )
      })
      await crowd.everybodySays('menu')
      await processes.allDone()
      const codes = await processes.stop()
      const verdict = await judge(sql, crowd)
      for (const channel of crowd.channels) await channel.close()

      const missed = all.filter((one) => !one.hasStruck()).map(({ name }) => name)
      const unknown = inFlight + crowd.unanswered()
      report(`All faults in random order${also}, seed ${seed - 2}`, verdict, {
        'uncertain sends': unknown,
        kills,
        'faults switched': thrown.length,
        'faults that met a call': `${all.length - missed.length} of ${all.length}`,
      })
      const told = `seed ${seed}: ${thrown.join(' ')}`
      expect(codes, told).toEqual(codes.map(() => 0))
      expect(verdict, told).toMatchObject({ lost: 0, doubled: 0, outOfOrder: 0, shortOfAnswers: 0, waiting: 0 })
      expect(
        Object.keys(verdict.refused).filter((reason) => !REFUSALS.test(reason)),
        told,
      ).toEqual([])
      expect(missed.length, `${told}, met no call: ${missed.join(', ')}`).toBeLessThanOrEqual(missedMax)
      expect(verdict.repeated, told).toBeLessThanOrEqual(unknown)
    },
    240_000,
  )
})
