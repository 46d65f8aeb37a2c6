import type { Sql } from '../db/client.ts'

/**
 * Keeps all processes together to the rate of one account: each send needs a token, and tokens come from one row of the
 * database by its clock. They are fetched for those who want to send now and soon lapse, so that what one process does
 * not use is there for the others, and spread evenly, so that no window of a second holds more than the rate.
 */
export interface SharedRate {
  /** How many of `wanted` may leave now. */
  acquire(wanted: number): Promise<number>
  /** For what was acquired and not used. */
  giveBack(count: number): void
  /** Sends that were made without a token are paid for by later ones. */
  owe(count: number): void
  /** Until it is worth asking again; 0 when it is now. */
  waitMs(): number
}

interface Lane {
  channel: string
  account: string
}

/** Share of a second's sends that may leave at once. */
const BURST_SHARE = 0.05
/** Tokens at hand lapse; those of a fast account are fetched for the next moment as well, which saves fetching. */
const LAPSE_MS = 50
const AHEAD_SECONDS = 0.002
/** Messages to many may be given leave so much ahead: as late may whoever asks be. */
const LENT_SECONDS = 0.12
/** Of a fast account no more than this: whoever dies with leave at hand does not know what became of it. */
const LENT_MAX = 12

export function createSharedRate(sql: Sql, lane: Lane, perSecond: number): SharedRate {
  if (perSecond === Number.POSITIVE_INFINITY) return unlimited
  const ahead = Math.floor(perSecond * AHEAD_SECONDS)
  let atHand = 0
  let lapseAt = 0
  let owed = 0
  let mayAskAt = 0
  let underWay: Promise<void> | null = null
  /** Those who came while a call was under way are served by the next, all at once. */
  let next: { wanted: number; done: Promise<void> } | null = null

  function take(wanted: number): number {
    if (performance.now() >= lapseAt) atHand = 0
    const taken = Math.max(0, Math.min(wanted, atHand))
    atHand -= taken
    return taken
  }

  function fetch(wanted: number): Promise<void> {
    if (underWay === null) {
      underWay = fetchOnce(wanted).finally(() => {
        underWay = null
      })
      return underWay
    }
    if (next === null) {
      const coming = { wanted: 0, done: underWay.catch(() => {}).then(() => beginNext()) }
      next = coming
    }
    next.wanted += wanted
    return next.done
  }

  function beginNext(): Promise<void> {
    const wanted = next?.wanted ?? 0
    next = null
    return fetch(wanted)
  }

  async function fetchOnce(wanted: number): Promise<void> {
    if (waitMs() > 0) return
    const asked = wanted + ahead + owed
    const { granted, left } = await fetchTokens(sql, lane, perSecond, asked)
    const paid = Math.min(owed, granted)
    owed -= paid
    atHand = take(Number.POSITIVE_INFINITY) + granted - paid
    lapseAt = performance.now() + LAPSE_MS
    if (granted < asked) mayAskAt = performance.now() + (Math.max(0, 1 - left) / perSecond) * 1_000
  }

  const waitMs = () => Math.max(0, mayAskAt - performance.now())

  return {
    async acquire(wanted) {
      const taken = take(wanted)
      if (taken === wanted || waitMs() > 0) return taken
      await fetch(wanted - taken)
      return taken + take(wanted - taken)
    },
    giveBack(count) {
      atHand = take(Number.POSITIVE_INFINITY) + count
    },
    owe(count) {
      owed += count
    },
    waitMs,
  }
}

/** Leave for messages to many. `afterMs`: when each of them may go, the first first. */
export interface BulkRate {
  acquire(wanted: number): Promise<{ afterMs: number[] }>
  /** For what was acquired and not used. */
  giveBack(count: number): Promise<void>
  /** Sends that were made without a token are paid for by later ones. */
  owe(count: number): void
  /** Until it is worth asking again. */
  waitMs(): number
}

/**
 * The same rate for messages to many. They pay for what talk sends, but talk does not pay for them: an answer goes at
 * once while thousands wait, and one of those goes a moment later instead. Leave is given a little ahead, so that a
 * process that asks late loses nothing, and no more is lent than that.
 */
export function createBulkRate(sql: Sql, { channel, account }: Lane, perSecond: number): BulkRate {
  if (perSecond === Number.POSITIVE_INFINITY) return unlimitedBulk
  let owed = 0
  let mayAskAt = 0
  const lend = Math.max(1, Math.min(LENT_MAX, perSecond * LENT_SECONDS))
  return {
    async acquire(wanted) {
      if (wanted === 0 || performance.now() < mayAskAt) return { afterMs: [] }
      const full = sql`least(1, lane.bulk_tokens + greatest(0,
        extract(epoch from statement_timestamp() - lane.filled_at)::float8 * ${perSecond}::float8))`
      const talk = sql`least(${burst(perSecond)}, lane.tokens + greatest(0,
        extract(epoch from statement_timestamp() - lane.filled_at)::float8 * ${perSecond}::float8))`
      const grant = sql`greatest(0, least(${wanted + owed}, floor(${full} + ${lend}::float8)))`
      const [row] = await sql<{ granted: number; left: number }[]>`
        insert into send_rates as lane (channel, account, tokens, bulk_tokens, granted, filled_at)
        values (${channel}, ${account}, ${burst(perSecond)}, 1, 0, statement_timestamp())
        on conflict (channel, account) do update set tokens = ${talk}, bulk_tokens = ${full} - ${grant},
          granted = ${grant}, filled_at = greatest(lane.filled_at, statement_timestamp())
        returning granted, bulk_tokens as left`
      const granted = row?.granted ?? 0
      const left = row?.left ?? 0
      const paid = Math.min(owed, granted)
      owed -= paid
      // Half of what is lent has to be paid back before more is asked for: at least one send's worth.
      mayAskAt = performance.now() + (Math.max(0, Math.max(1 - lend, -lend / 2) - left) / perSecond) * 1_000
      const first = left + granted
      const places = Array.from({ length: granted }, (_, place) => ((place + 1 - first) / perSecond) * 1_000)
      return { afterMs: places.slice(paid).map((ms) => Math.max(0, ms)) }
    },
    async giveBack(count) {
      if (count === 0) return
      await sql`update send_rates set bulk_tokens = least(1, bulk_tokens + ${count})
        where channel = ${channel} and account = ${account}`
    },
    owe(count) {
      owed += count
    },
    waitMs: () => Math.max(0, mayAskAt - performance.now()),
  }
}

const unlimitedBulk: BulkRate = {
  acquire: async (wanted) => ({ afterMs: Array<number>(wanted).fill(0) }),
  giveBack: async () => {},
  owe() {},
  waitMs: () => 0,
}

/** How many may leave at once. */
const burst = (perSecond: number) => Math.max(1, perSecond * BURST_SHARE)

const unlimited: SharedRate = {
  acquire: async (wanted) => wanted,
  giveBack() {},
  owe() {},
  waitMs: () => 0,
}

/** `left`: what stays for the next who asks, a fraction of a token included. */
async function fetchTokens(
  sql: Sql,
  { channel, account }: Lane,
  perSecond: number,
  wanted: number,
): Promise<{ granted: number; left: number }> {
  const most = burst(perSecond)
  // The start of the statement, not the moment: the same in each place, and who waited for the row gets less, not more.
  const full = sql`least(${most}, lane.tokens + greatest(0,
    extract(epoch from statement_timestamp() - lane.filled_at)::float8 * ${perSecond}::float8))`
  const first = Math.min(wanted, Math.floor(most))
  const [row] = await sql<{ granted: number; tokens: number }[]>`
    insert into send_rates as lane (channel, account, tokens, granted, filled_at)
    values (${channel}, ${account}, ${most - first}, ${first}, statement_timestamp())
    on conflict (channel, account) do update set
      tokens = ${full} - least(${wanted}, floor(${full})), granted = least(${wanted}, floor(${full})),
      bulk_tokens = least(1, lane.bulk_tokens + greatest(0,
        extract(epoch from statement_timestamp() - lane.filled_at)::float8 * ${perSecond}::float8))
        - least(${wanted}, floor(${full})),
      filled_at = greatest(lane.filled_at, statement_timestamp())
    returning granted, tokens`
  return { granted: row?.granted ?? 0, left: row?.tokens ?? 0 }
}
