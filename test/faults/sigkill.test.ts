import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, describe, expect, it } from 'vitest'
import { connect, type Sql } from '../../src/db/client.ts'
import { startEmbedded } from '../../src/db/embedded.ts'
import { startFakeTelegram } from '../fakes/telegram.ts'
import { createDatabase } from '../support/database.ts'
import { aFolder, type ProductProcess, startProcess } from '../support/product-process.ts'
import { allDone, Crowd, KEY, KILLS, repeatsIn, seeded, sendsInFlight, talkOf } from './kills.ts'
import { startSlowLine } from './slow-line.ts'

const TIMEOUT_MS = 60_000 + KILLS * 15_000
const PEOPLE = 8
const SAID_PER_ROUND = 10
const seed = Number(process.env.SEED ?? Date.now() % 100_000)
const quiet = { info() {}, warn() {}, debug() {} }

const server = await createDatabase({ max: 2 })
const dataDir = aFolder()
const fakes = [await startFakeTelegram(), await startFakeTelegram()] as const
const lines = [await startSlowLine(fakes[0].apiRoot, 25), await startSlowLine(fakes[1].apiRoot, 25)] as const
afterAll(async () => {
  for (const line of lines) line.close()
  for (const fake of fakes) await fake.close()
})

function settingsFor(place: 0 | 1, database: Record<string, string>): Record<string, string> {
  const telegram = { TELEGRAM_BOT_TOKEN: fakes[place].token, TELEGRAM_API_ROOT: lines[place].url }
  return { DATA_KEY: KEY.toString('base64'), DEMO: '0', ...telegram, ...database }
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

interface Verdict {
  heard: number[][]
  /** Per person; null: something that was to be said is missing or out of order. */
  repeats: (number | null)[]
}

async function judge(sql: Sql, fake: (typeof fakes)[number], crowd: Crowd): Promise<Verdict> {
  const talks = await Promise.all(crowd.chatIds.map((chatId) => talkOf(sql, chatId)))
  return {
    heard: talks.map(({ heard }) => heard),
    repeats: crowd.chatIds.map((chatId, place) =>
      repeatsIn(
        fake.received(chatId).map(({ text }) => text),
        talks[place]?.answers ?? [],
      ),
    ),
  }
}

const saidBy = (crowd: Crowd) => crowd.chatIds.map((chatId) => crowd.said.get(chatId) ?? [])
const sum = (counts: (number | null)[]) => counts.reduce<number>((total, count) => total + (count ?? 0), 0)

describe(`a process that is killed ${KILLS} times while people write`, () => {
  it(
    'with its own database: everything takes effect once, in order, and no answer is lost',
    async () => {
      const [fake] = fakes
      const random = seeded(seed)
      const crowd = new Crowd(fake, PEOPLE, random)
      let inFlight = 0
      let reachedPeople = 0

      for (let kill = 0; kill < KILLS; kill++) {
        await crowd.say(SAID_PER_ROUND / 2)
        const product = startProcess(settingsFor(0, { DATA_DIR: dataDir }))
        // One in five dies while it starts.
        if (random() < 0.2) await pause(random() * 1_500)
        else {
          await product.ready
          const calls = fake.callsOf('sendMessage').length + Math.floor(random() * SAID_PER_ROUND)
          await crowd.say(SAID_PER_ROUND / 2)
          await fake.until(() => fake.callsOf('sendMessage').length >= calls)
          await pause(random() * 60)
          reachedPeople += 1
        }
        await product.kill('SIGKILL')
        if (reachedPeople > 0) inFlight += await withDataDir(sendsInFlight)
      }
      const last = startProcess(settingsFor(0, { DATA_DIR: dataDir }))
      await crowd.say(SAID_PER_ROUND)
      await allDone(fake, await last.ready)
      const exit = await last.kill('SIGTERM')

      const { heard, repeats } = await withDataDir((sql) => judge(sql, fake, crowd))
      expect(exit).toEqual({ code: 0, signal: null })
      expect(heard, `seed ${seed}`).toEqual(saidBy(crowd))
      expect(repeats, `seed ${seed}`).not.toContain(null)
      expect(sum(repeats), `seed ${seed}`).toBeLessThanOrEqual(inFlight)
    },
    TIMEOUT_MS,
  )

  it(
    'one of two on a database server: everything takes effect once, in order, and no answer is lost',
    async () => {
      const [, fake] = fakes
      const random = seeded(seed + 1)
      const crowd = new Crowd(fake, PEOPLE, random)
      const start = () => startProcess(settingsFor(1, { DATABASE_URL: server.url }))
      const pair: [ProductProcess, ProductProcess] = [start(), start()]
      await Promise.all(pair.map(({ ready }) => ready))
      let inFlight = 0

      for (let kill = 0; kill < KILLS; kill++) {
        const calls = fake.callsOf('sendMessage').length + Math.ceil(random() * SAID_PER_ROUND)
        await crowd.say(SAID_PER_ROUND)
        await fake.until(() => fake.callsOf('sendMessage').length >= calls)
        await pause(random() * 60)
        const victim = random() < 0.5 ? 0 : 1
        await pair[victim].kill('SIGKILL')
        // What the survivor is just sending is counted as well: the bound is a little generous here.
        inFlight += await sendsInFlight(server.sql)
        pair[victim] = start()
      }
      const addresses = await Promise.all(pair.map(({ ready }) => ready))
      await allDone(fake, addresses[0] ?? '')
      const exits = await Promise.all(pair.map((product) => product.kill('SIGTERM')))

      const { heard, repeats } = await judge(server.sql, fake, crowd)
      expect(exits.map(({ code }) => code)).toEqual([0, 0])
      expect(heard, `seed ${seed}`).toEqual(saidBy(crowd))
      expect(repeats, `seed ${seed}`).not.toContain(null)
      expect(sum(repeats), `seed ${seed}`).toBeLessThanOrEqual(inFlight)
    },
    TIMEOUT_MS,
  )
})
