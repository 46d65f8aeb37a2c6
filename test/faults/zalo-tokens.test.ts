import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, describe, expect, it } from 'vitest'
import { createSecrets, openJson } from '../../src/secrets.ts'
import { createDatabase } from '../support/database.ts'
import { aFolder } from '../support/product-process.ts'
import { aZalo, until } from './channels.ts'
import { Crowd, KEY, KILLS, SEED, seeded } from './crowd.ts'
import { judge, sendsInFlight } from './judge.ts'
import { Processes } from './pair.ts'
import { report } from './report.ts'
import { alarms, consentAgain, tokenRow } from './zalo-consent.ts'

/** From the call to Zalo until well after the commit. */
const MOMENT_MS = 160
const ROUNDS = Math.max(3, Math.round(KILLS / 5))

const { sql, url } = await createDatabase({ max: 3 })
const random = seeded(SEED + 5)
const { channel, fake } = await aZalo({ random })
const crowd = new Crowd([channel], 4, random)
const processes = new Processes(crowd, url)
aFolder()
afterAll(() => channel.close())

/** The next pair is to be fetched, at once; the access token serves for this long. */
async function makeDue(lifeLeft: string): Promise<void> {
  await sql`update zalo_tokens set obtained_at = date_trunc('milliseconds', now() - interval '24 hours'),
    expires_at = now() + ${lifeLeft}::interval`
  await lookNow()
}

/** Whoever looks after the tokens does not wait for its next time. */
const lookNow = () => sql`delete from recurring where name = 'zalo-tokens'`

/** The one who began to fetch a pair is long dead. */
async function letTheMarkAge(): Promise<void> {
  await sql`update zalo_tokens set rotation_begun_at = rotation_begun_at - interval '1 minute'`
  await lookNow()
}

/** Whether the refresh token that we keep is the one that Zalo would take. */
async function isPairKept(): Promise<boolean> {
  const secrets = createSecrets(KEY)
  const [row] = await sql<
    { sealed_key: Buffer; sealed_pair: Buffer }[]
  >`select sealed_key, sealed_pair from zalo_tokens`
  if (row === undefined) return false
  const { refresh } = openJson(secrets.openPersonKey(row.sealed_key), row.sealed_pair) as { refresh: string }
  return refresh === fake.refreshToken
}

/** How a kill at some moment of a renewal leaves the tokens. */
type Left = 'kept' | 'kept, in doubt' | 'lost, in doubt' | 'lost in silence'

async function killDuringRenewal(): Promise<Left> {
  const spent = fake.spent.length
  const isEarly = random() < 0.3
  await makeDue('2 hours')
  processes.startOne()
  if (isEarly)
    await until('the mark', async () => (await tokenRow(sql))?.is_marked === true || fake.spent.length > spent)
  else await until('the call to Zalo', () => fake.spent.length > spent)
  await pause(random() * MOMENT_MS)
  await processes.killOne(random)
  const isKept = await isPairKept()
  const isMarked = (await tokenRow(sql))?.is_marked === true
  return isKept ? (isMarked ? 'kept, in doubt' : 'kept') : isMarked ? 'lost, in doubt' : 'lost in silence'
}

describe('the tokens of Zalo when processes are killed', () => {
  it(
    'are lost in no moment but between the answer of Zalo and our commit, and that is known',
    async () => {
      await processes.start(1)
      await crowd.everybodySays('xin chào')
      await processes.allDone()
      await processes.stop()

      const counts: Record<Left, number> = { kept: 0, 'kept, in doubt': 0, 'lost, in doubt': 0, 'lost in silence': 0 }
      let inFlight = 0
      for (let round = 0; round < ROUNDS; round++) {
        const stopSlow = fake.fail({ kind: 'slow', ms: 20 }, { on: 'oauth' })
        await crowd.say(2)
        const left = await killDuringRenewal()
        stopSlow()
        inFlight += await sendsInFlight(sql)
        counts[left] += 1
        if (left !== 'kept') await consentAgain(sql, fake)
      }
      await processes.start(1)
      await crowd.everybodySays('menu')
      await processes.allDone()
      const codes = await processes.stop()
      const verdict = await judge(sql, crowd)

      report(`Kills while the tokens of Zalo are renewed, seed ${SEED}`, verdict, {
        'uncertain sends': inFlight,
        kills: ROUNDS,
        ...Object.fromEntries(Object.entries(counts).map(([left, count]) => [`tokens ${left}`, count])),
      })
      expect(counts['lost in silence'], `seed ${SEED}`).toBe(0)
      expect(codes).toEqual([0])
      expect(verdict).toMatchObject({ lost: 0, doubled: 0, shortOfAnswers: 0, waiting: 0, refused: {} })
      expect(verdict.repeated, `seed ${SEED}`).toBeLessThanOrEqual(inFlight)
    },
    60_000 + ROUNDS * 20_000,
  )

  it('that are lost raise an alarm, serve as long as they last, then hold messages, which leave after a new consent', async () => {
    const [member] = crowd.members
    if (member === undefined) throw new Error('nobody')
    const says = async (text: string) => void member.said.push(await member.person.says(text))
    const stopSlow = fake.fail({ kind: 'slow', ms: 5_000 }, { on: 'oauth' })
    const spent = fake.spent.length
    await makeDue('2 hours')
    processes.startOne()
    await until('the call to Zalo', () => fake.spent.length > spent)
    await processes.killOne(random)
    stopSlow()
    const isKept = await isPairKept()

    await processes.start(2)
    await letTheMarkAge()
    await until('the alarm of doubt', async () => (await alarms(sql)).includes('token-doubtful'))
    const before = member.person.received().length
    await says('menu')
    await processes.allDone()
    const whileItLasts = member.person.received().length - before

    await sql`update zalo_tokens set expires_at = now() - interval '1 second'`
    await letTheMarkAge()
    await until('the alarm of the refusal', async () => (await alarms(sql)).includes('token-refused'))
    const whenOver = member.person.received().length
    await says('menu')
    await until('a held message', async () => {
      // Whether it was tried first or the account was held already is of no matter: it waits, and nothing is burned.
      const waiting = await sql`select id from outbox where state = 'waiting'`
      return waiting.length > 0
    })
    const held = member.person.received().length - whenOver
    const consent = await consentAgain(sql, fake)
    await processes.allDone()
    const codes = await processes.stop()
    const verdict = await judge(sql, crowd)

    report('A pair of tokens lost for good', verdict, {
      kills: 1,
      'tokens lost': 1,
      'held, then sent after consent': 1,
    })
    expect(isKept).toBe(false)
    expect(whileItLasts).toBeGreaterThan(0)
    expect([held, consent, codes]).toEqual([0, 'done', [0, 0]])
    expect(await alarms(sql)).toEqual([])
    expect(verdict).toMatchObject({ lost: 0, doubled: 0, shortOfAnswers: 0, waiting: 0, refused: {} })
  }, 120_000)
})
