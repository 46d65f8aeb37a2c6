import type { Transaction } from '../db/client.ts'

/** Wrong codes that one contact may enter before it has to wait. */
export const TRIES_OF_A_CONTACT = 5
/**
 * Wrong codes on one channel before all who are on it have to wait: a page in a browser makes new contacts for nothing,
 * and with a hundred codes out at a time this many guesses hit one with a chance of one in ten thousand.
 */
export const TRIES_OF_A_CHANNEL = 100
const COUNTED_FOR_MS = 10 * 60_000

export interface Guesser {
  id: string
  channel: string
}

const scopesOf = ({ id, channel }: Guesser) => ({ contact: id, channel: `channel:${channel}` })

/** Until when this contact, or everybody on its channel, may enter no code; null when it may. */
export async function lockedUntil(tx: Transaction, guesser: Guesser, now: Date): Promise<Date | null> {
  const { contact, channel } = scopesOf(guesser)
  const [row] = await tx<{ until: Date | null }[]>`
    select max(until) as until from link_tries where until > ${now}
      and (scope = ${contact} and count >= ${TRIES_OF_A_CONTACT} or scope = ${channel} and count >= ${TRIES_OF_A_CHANNEL})`
  return row?.until ?? null
}

/** Counts a wrong code; returns how many tries are left. */
export async function countWrongCode(tx: Transaction, guesser: Guesser, now: Date): Promise<number> {
  const { contact, channel } = scopesOf(guesser)
  const until = new Date(now.getTime() + COUNTED_FOR_MS)
  const count = async (scope: string) => {
    const [row] = await tx<{ count: number }[]>`
      insert into link_tries as t (scope, count, until) values (${scope}, 1, ${until})
      on conflict (scope) do update set
        count = case when t.until <= ${now} then 1 else t.count + 1 end,
        until = case when t.until <= ${now} then excluded.until else t.until end
      returning count`
    return row?.count ?? 0
  }
  const own = await count(contact)
  // Last: whoever else guesses on this channel waits for this row.
  await count(channel)
  return Math.max(0, TRIES_OF_A_CONTACT - own)
}

export async function forgetWrongCodes(tx: Transaction, guesser: Guesser): Promise<void> {
  await tx`delete from link_tries where scope = ${scopesOf(guesser).contact}`
}
