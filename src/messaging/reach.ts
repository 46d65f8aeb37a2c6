import type { Sql, Transaction } from '../db/client.ts'
import { list } from '../db/list.ts'

/** One way to a person. */
export interface Way {
  id: string
  channel: string
  /** The channel said that it does not lead to the person any more. */
  isUnreachable: boolean
  /** When the person last said something there. */
  usedAt: Date | null
}

/** A page cannot call anybody: whoever left it for longer is written to elsewhere, if there is an elsewhere. */
const PAGE_IS_OPEN_MS = 3_600_000

/**
 * Where to write to a person who can be reached in several ways: where they spoke last. `own` is taken when nothing
 * speaks for another.
 */
export function pickWay(ways: readonly Way[], own: string, now: Date): string {
  const rank = (way: Way): readonly number[] => [
    way.isUnreachable ? 1 : 0,
    isLeftPage(way, now) ? 1 : 0,
    -(way.usedAt?.getTime() ?? 0),
    way.id === own ? 0 : 1,
  ]
  const [best] = ways.toSorted((a, b) => compare(rank(a), rank(b)))
  return best?.id ?? own
}

function isLeftPage({ channel, usedAt }: Way, now: Date): boolean {
  return channel === 'web' && (usedAt === null || now.getTime() - usedAt.getTime() > PAGE_IS_OPEN_MS)
}

function compare(one: readonly number[], other: readonly number[]): number {
  const place = one.findIndex((value, at) => value !== other[at])
  return place < 0 ? 0 : (one[place] ?? 0) - (other[place] ?? 0)
}

export async function waysTo(sql: Sql | Transaction, contactIds: readonly string[]): Promise<Way[]> {
  const rows = await sql<{ id: string; channel: string; is_unreachable: boolean; used_at: Date | null }[]>`
    select c.id, c.channel, c.unreachable_at is not null as is_unreachable, said.created_at as used_at
    from contacts c left join lateral (
      select created_at from messages where contact_id = c.id and author = 'citizen' order by id desc limit 1
    ) said on true
    where c.id = any (${list(sql, contactIds)}::uuid[])`
  return rows.map((row) => ({
    id: row.id,
    channel: row.channel,
    isUnreachable: row.is_unreachable,
    usedAt: row.used_at,
  }))
}

/** The chat that words to a contact's person would go to now. */
export async function wayTo(sql: Sql | Transaction, contactId: string, now: Date): Promise<string> {
  const rows = await sql<{ id: string }[]>`
    select o.id from contacts c join contacts o on o.person_id = c.person_id where c.id = ${contactId}`
  if (rows.length < 2) return contactId
  const ways = await waysTo(
    sql,
    rows.map(({ id }) => id),
  )
  return pickWay(ways, contactId, now)
}
