import type { Sql } from '../../src/db/client.ts'
import { createSecrets, openJson } from '../../src/secrets.ts'
import { type Crowd, KEY, type Member } from './crowd.ts'

/** What came of everything that people said and everything that the bot had to say to them. */
export interface Verdict {
  sentIn: number
  /** Updates of which the product said that it has them. */
  accepted: number
  tookEffect: number
  /** Accepted, without effect. */
  lost: number
  doubled: number
  /** Took effect before something that had been accepted earlier. */
  outOfOrder: number
  answers: number
  /** People who did not get all that was to be said to them, in order. */
  shortOfAnswers: number
  /** Answers that the channel refused for good, by the reason. */
  refused: Record<string, number>
  /** Still to be sent. */
  waiting: number
  /** Messages that reached somebody more than once. */
  repeated: number
}

/** One message of the bot, as the outbox has it. */
export interface Answer {
  parts: readonly string[]
  state: string
  failure: string | null
}

/** Messages that were claimed for sending and not written down yet: what became of them is not known. */
export async function sendsInFlight(sql: Sql): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    select count(*) as count from outbox where state = 'waiting' and lease_until is not null`
  return row?.count ?? 0
}

export async function judge(sql: Sql, crowd: Pick<Crowd, 'members'>): Promise<Verdict> {
  const all = await Promise.all(crowd.members.map((member) => judgeOne(sql, member)))
  const sum = (of: (one: (typeof all)[number]) => number) => all.reduce((total, one) => total + of(one), 0)
  const refused: Record<string, number> = {}
  for (const { answers } of all) {
    for (const { state, failure } of answers) {
      if (state !== 'delivered' && state !== 'waiting') refused[`${failure}`] = (refused[`${failure}`] ?? 0) + 1
    }
  }
  return {
    sentIn: sum(({ said }) => said.length),
    accepted: sum(({ accepted }) => accepted.length),
    tookEffect: sum(({ heard }) => new Set(heard).size),
    lost: sum(({ accepted, heard }) => accepted.filter((id) => !heard.includes(id)).length),
    doubled: sum(({ heard }) => heard.length - new Set(heard).size),
    outOfOrder: sum(({ disorder }) => disorder),
    answers: sum(({ answers }) => answers.length),
    shortOfAnswers: sum(({ repeats }) => (repeats === null ? 1 : 0)),
    refused,
    waiting: sum(({ answers }) => answers.filter(({ state }) => state === 'waiting').length),
    repeated: sum(({ repeats }) => repeats ?? 0),
  }
}

async function judgeOne(sql: Sql, { channel, person, said }: Member) {
  const secrets = createSecrets(KEY)
  const hash = secrets.keyedHash('address', `${channel.id}\0${channel.account}\0${person.address}`)
  const rows = await sql<
    {
      author: string
      external_id: string | null
      sealed_body: Buffer
      sealed_key: Buffer
      state: string | null
      failure: string | null
    }[]
  >`
    select m.author, m.external_id, m.sealed_body, c.sealed_key, o.state, o.failure
    from messages m join contacts c on c.id = m.contact_id left join outbox o on o.message_id = m.id
    where c.address_hash = ${hash}::bytea order by m.id`
  const heard = rows.filter(({ author }) => author === 'citizen').map((row) => String(row.external_id))
  const answers = rows
    .filter(({ author }) => author === 'bot')
    .map((row): Answer => {
      const { text } = openJson(secrets.openPersonKey(row.sealed_key), row.sealed_body) as { text: string }
      return { parts: channel.partsOf(text), state: row.state ?? 'never queued', failure: row.failure }
    })
  let disorder = 0
  for (const [place, one] of heard.entries()) {
    disorder += heard.slice(place + 1).filter((later) => person.isBefore(later, one)).length
  }
  return { said, accepted: person.accepted(), heard, disorder, answers, repeats: repeatsIn(person.received(), answers) }
}

/**
 * How many of the received messages are repeats of the one before, when all that was delivered arrived in order; null
 * when something is missing, was never said, or is out of order. A message that was refused for good may have arrived in
 * an attempt of unknown outcome before. One of several parts may begin anew.
 */
export function repeatsIn(received: readonly string[], answers: readonly Answer[]): number | null {
  // Cheapest way to be at part `p` of answer `i` after each received message.
  let states = new Map<string, { i: number; p: number; cost: number }>([['', { i: -1, p: 0, cost: 0 }]])
  for (const text of received) {
    const next: typeof states = new Map()
    const reach = (i: number, p: number, cost: number) => {
      const part = answers[i]?.parts[p]
      if (part === undefined || !isSame(text, part)) return
      const known = next.get(`${i}/${p}`)
      if (known === undefined || known.cost > cost) next.set(`${i}/${p}`, { i, p, cost })
    }
    for (const { i, p, cost } of states.values()) {
      for (let again = 0; again <= p; again++) if (i >= 0) reach(i, again, cost + 1)
      if (i >= 0) reach(i, p + 1, cost)
      for (let later = i + 1; mayGoOn(answers, i, p, later); later++) reach(later, 0, cost)
    }
    states = next
  }
  const ends = [...states.values()].filter(({ i, p }) => mayGoOn(answers, i, p, answers.length))
  return ends.length === 0 ? null : Math.min(...ends.map(({ cost }) => cost))
}

/** Whether everything between part `p` of answer `i` and answer `to` may be missing. */
function mayGoOn(answers: readonly Answer[], i: number, p: number, to: number): boolean {
  if (to > answers.length) return false
  const current = answers[i]
  if (current?.state === 'delivered' && p < current.parts.length - 1) return false
  return answers.slice(i + 1, to).every(({ state }) => state !== 'delivered')
}

/** An account without buttons gets them as a numbered list. */
function isSame(received: string, part: string): boolean {
  return received === part || received.startsWith(`${part}\n\n1. `)
}
