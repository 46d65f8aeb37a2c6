import { setTimeout as pause } from 'node:timers/promises'
import { type CrowdPerson, type FaultyChannel, until } from './channels.ts'

/** How often a process is killed; `npm run test:faults` takes 30, `KILLS=500` is for a long night. */
export const KILLS = Number(process.env.KILLS ?? 5)
export const KEY = Buffer.alloc(32, 9)
export const SEED = Number(process.env.SEED ?? Date.now() % 100_000)

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

export interface Member {
  channel: FaultyChannel
  person: CrowdPerson
  /** The channel's numbers of what they said, in order. */
  said: string[]
}

/** People on all channels at once, who write now and then. */
export class Crowd {
  readonly members: readonly Member[]
  readonly channels: readonly FaultyChannel[]
  private readonly random: () => number

  constructor(channels: readonly FaultyChannel[], perChannel: number, random: () => number) {
    this.channels = channels
    this.random = random
    this.members = channels.flatMap((channel) =>
      Array.from({ length: perChannel }, (_, place) => ({ channel, person: channel.person(place), said: [] })),
    )
  }

  async say(count: number): Promise<void> {
    for (let left = count; left > 0; left--) {
      const member = this.members[Math.floor(this.random() * this.members.length)]
      const word = WORDS[Math.floor(this.random() * WORDS.length)] ?? 'menu'
      member?.said.push(await member.person.says(word))
    }
  }

  async everybodySays(text: string): Promise<void> {
    for (const member of this.members) member.said.push(await member.person.says(text))
  }

  sends(): number {
    return this.channels.reduce((sum, channel) => sum + channel.sends(), 0)
  }

  unanswered(): number {
    return this.channels.reduce((sum, channel) => sum + channel.unanswered(), 0)
  }

  listenAt(addresses: readonly string[]): void {
    for (const channel of this.channels) channel.listenAt(addresses)
  }

  /** Resolves when the channels have nothing more to tell and nothing waits in the product any more. */
  async allDone(address: string, patienceMs = 120_000): Promise<void> {
    let last = ''
    const told = () => this.channels.filter((channel) => !channel.isQuiet()).map(({ id }) => id)
    await until('channels are quiet', () => told().length === 0, patienceMs)
    let isQuietSince: number | null = null
    await until(
      'nothing waits in the product',
      async () => {
        const answer = await fetch(`${address}/health/ready`)
        last = await answer.text()
        const { inbox, outbox } = JSON.parse(last) as { inbox: Backlog | null; outbox: Backlog | null }
        const isQuiet = answer.ok && inbox?.waiting === 0 && outbox?.waiting === 0
        isQuietSince = isQuiet ? (isQuietSince ?? performance.now()) : null
        // The answer may be a second old.
        return isQuietSince !== null && performance.now() - isQuietSince > ANSWER_AGE_MS
      },
      patienceMs,
    ).catch((error: unknown) => {
      throw new Error(`${String(error)}: ${last}`)
    })
  }
}

const ANSWER_AGE_MS = 1_200

interface Backlog {
  waiting: number
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

export function shuffled<One>(all: readonly One[], random: () => number): One[] {
  return all
    .map((one) => ({ one, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ one }) => one)
}

/** Enough for what may leave at once; the rest waits for leases or for Zalo to come again. */
const MOMENT_MS = 2_000

/** Some moment soon after `count` more messages were tried, or when it takes too long. */
export async function someMoment(crowd: Crowd, count: number, random: () => number): Promise<void> {
  const end = performance.now() + MOMENT_MS
  const sends = crowd.sends() + count
  while (crowd.sends() < sends && performance.now() < end) await pause(5)
  await pause(random() * 60)
}
