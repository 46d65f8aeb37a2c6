import type { Sql } from '../../src/db/client.ts'
import { createSecrets, openJson } from '../../src/secrets.ts'
import type { FakePerson, FakeTelegram } from '../fakes/telegram.ts'

/** How often a process is killed; `npm run test:faults` takes 30, `KILLS=500` is for a long night. */
export const KILLS = Number(process.env.KILLS ?? 5)
export const KEY = Buffer.alloc(32, 9)

const WORDS = [
  'menu',
  'xin chào',
  'toi can tim viec lam',
  '45',
  'không biết',
  'vay vốn nuôi bò',
  'học nghề',
  'đồng ý',
  '1',
  '2',
  'quay lại',
]

/** People who write now and then, and remember in which order. */
export class Crowd {
  readonly said = new Map<number, number[]>()
  private readonly people: FakePerson[]
  private readonly random: () => number

  constructor(fake: FakeTelegram, size: number, random: () => number) {
    this.people = Array.from({ length: size }, (_, place) => fake.person(81_000 + place))
    this.random = random
  }

  get chatIds(): number[] {
    return this.people.map(({ chatId }) => chatId)
  }

  async say(count: number): Promise<void> {
    for (let left = count; left > 0; left--) {
      const person = this.people[Math.floor(this.random() * this.people.length)]
      const word = WORDS[Math.floor(this.random() * WORDS.length)] ?? 'menu'
      if (person === undefined) return
      const update = await person.says(word)
      const messageId = update.message?.message_id ?? 0
      this.said.set(person.chatId, [...(this.said.get(person.chatId) ?? []), messageId])
    }
  }
}

/** Numbers that look random and come again with the same seed. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Messages that were claimed for sending and not written down yet. */
export async function sendsInFlight(sql: Sql): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    select count(*) as count from outbox where state = 'waiting' and lease_until is not null`
  return row?.count ?? 0
}

export interface Talk {
  /** The channel's numbers of what the person said, in the order in which it took effect. */
  heard: number[]
  /** What the bot had to say, in order. */
  answers: string[]
}

/** One person's talk as the database has it. */
export async function talkOf(sql: Sql, chatId: number): Promise<Talk> {
  const secrets = createSecrets(KEY)
  const rows = await sql<{ author: string; external_id: string | null; sealed_body: Buffer; sealed_key: Buffer }[]>`
    select m.author, m.external_id, m.sealed_body, c.sealed_key from messages m join contacts c on c.id = m.contact_id
    where c.address_hash = any(
      select ${secrets.keyedHash('address', `telegram\0${700_000_001}\0${chatId}`)}::bytea
    ) order by m.id`
  return {
    heard: rows.filter(({ author }) => author === 'citizen').map((row) => Number(row.external_id)),
    answers: rows
      .filter(({ author }) => author === 'bot')
      .map((row) => (openJson(secrets.openPersonKey(row.sealed_key), row.sealed_body) as { text: string }).text),
  }
}

/**
 * How many of the received messages are repeats of the one before, when all that was to be said arrived in order; null
 * when something is missing or out of order.
 */
export function repeatsIn(received: readonly string[], answers: readonly string[]): number | null {
  let next = 0
  let repeats = 0
  for (const text of received) {
    if (text === answers[next]) next += 1
    else if (next > 0 && text === answers[next - 1]) repeats += 1
    else return null
  }
  return next === answers.length ? repeats : null
}

/** Resolves when nothing waits in the product any more and Telegram has nothing more to tell. */
export async function allDone(fake: FakeTelegram, address: string): Promise<void> {
  await fake.until(() => fake.waiting.length === 0)
  for (;;) {
    const answer = await fetch(`${address}/health/ready`)
    const { inbox, outbox } = (await answer.json()) as { inbox: Backlog | null; outbox: Backlog | null }
    if (answer.ok && inbox?.waiting === 0 && outbox?.waiting === 0) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

interface Backlog {
  waiting: number
}
