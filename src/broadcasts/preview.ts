/**
 * Counts an audience before anybody decides on it: exactly while it is small enough for a page that waits, else from
 * people drawn at random, and then it says so. Ids are random, so those that follow a random one are drawn at random.
 */

import { z } from 'zod'
import type { Sql } from '../db/client.ts'
import { list } from '../db/list.ts'
import { newId } from '../ids.ts'
import type { BroadcastContent } from './broadcast.ts'
import { EXCLUSIONS, type Exclusion, VISIT_REASONS, type VisitReason } from './classify.ts'
import { needsSealedFacts } from './match.ts'
import {
  type Judged,
  judgeCorrected,
  judgePeople,
  type PersonRow,
  peopleAfter,
  recentBroadcasts,
  recipientsAfter,
} from './people.ts'
import { placesOf } from './places.ts'
import type { BroadcastServices } from './services.ts'

const counts = z.record(z.string(), z.number())
export const previewSchema = z.object({
  /** Counted on some people drawn at random and projected on all. */
  estimated: z.boolean(),
  /** Everybody who was looked at, or for whom those drawn stand. */
  lookedAt: z.number(),
  /** People concerned: those a message reaches and those to be visited. */
  people: z.number(),
  reached: z.array(
    z.object({
      channel: z.string(),
      account: z.string(),
      tariff: z.enum(['free', 'paid', 'template']),
      count: z.number(),
    }),
  ),
  visits: counts,
  excluded: counts,
  /**
   * Counts from 1 to 4 stand as 4, "fewer than five": by what people keep sealed a narrow question would tell of one of
   * them. Whom it does not concern is then left out with them.
   */
  smallHidden: z.boolean().default(false),
  /** Some of those concerned, without a name: enough to see whether the query means the right ones. */
  sample: z.array(
    z.object({ commune: z.string().nullable(), channel: z.string(), since: z.string(), visit: z.boolean() }),
  ),
})
export type AudiencePreview = z.infer<typeof previewSchema>

/** People looked at one by one, without sealed facts and with them. */
const MOST_IN_CLEAR = 10_000
const MOST_SEALED = 3_000
const BATCH = 2_000
const SAMPLE = 10
const FEWEST_TOLD = 5

/** `corrects`: of a correction, whose audience are those who got the original. */
export async function previewAudience(
  services: BroadcastServices,
  content: BroadcastContent,
  options: { corrects: string | null; now: Date; most?: number },
): Promise<AudiencePreview> {
  const { sql, territory } = services
  const { corrects, now } = options
  const places = placesOf(territory, content.audience)
  const recent = await recentBroadcasts(sql, { kind: content.kind, except: null, now })
  const judging = { content, places, now, recentBroadcasts: recent }
  const tally = new Tally()
  if (corrects !== null) {
    for await (const batch of batches((after) => recipientsAfter(sql, { original: corrects, after, limit: BATCH }))) {
      tally.add(await judgeCorrected(services, batch, judging))
    }
    return tally.preview(1)
  }
  const most = options.most ?? (needsSealedFacts(content.audience) ? MOST_SEALED : MOST_IN_CLEAR)
  const size = await countPeople(sql, places)
  const elsewhere = places === null ? 0 : (await countPeople(sql, null)) - size
  const isWhole = size <= most
  const drawn = isWhole ? undefined : most
  const from = isWhole ? null : newId()
  const read = (after: string | null, limit: number) => peopleAfter(sql, { after, limit, places })
  for await (const batch of batches(read, { from, most: drawn })) tally.add(await judgePeople(services, batch, judging))
  const left = (drawn ?? 0) - tally.lookedAt
  // The ids began anew: on from the first.
  if (!isWhole && left > 0) {
    for await (const batch of batches(read, { from: null, most: left })) {
      tally.add(await judgePeople(services, batch, judging))
    }
  }
  const preview = tally.preview(isWhole || tally.lookedAt === 0 ? 1 : size / tally.lookedAt)
  const excluded = { ...preview.excluded, 'no-match': (preview.excluded['no-match'] ?? 0) + elsewhere }
  const whole = {
    ...preview,
    lookedAt: preview.lookedAt + elsewhere,
    excluded: elsewhere === 0 ? preview.excluded : excluded,
  }
  return needsSealedFacts(content.audience) ? withoutFew(whole, tally.concerned) : whole
}

export function isFew(count: number): boolean {
  return count > 0 && count < FEWEST_TOLD
}

/** `concerned`: how many were looked at one by one, and not projected. */
function withoutFew(preview: AudiencePreview, concerned: number): AudiencePreview {
  const veiled = (count: number) => (isFew(count) ? FEWEST_TOLD - 1 : count)
  const veil = (counts: Record<string, number>) =>
    Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, veiled(count)]))
  const { 'no-match': _, unknown: __, ...inClear } = preview.excluded
  const isFewPeople = isFew(preview.people)
  // Whoever knows how many there are in all would find the few by taking the others away.
  const excluded = veil(isFewPeople ? inClear : preview.excluded)
  const given = [...preview.reached.map(({ count }) => count), ...Object.values(preview.visits)]
  const left = Object.values(excluded).reduce((sum, count) => sum + count, 0)
  return {
    ...preview,
    lookedAt: isFewPeople ? preview.lookedAt : preview.people + left,
    people: veiled(preview.people),
    reached: preview.reached.map((line) => ({ ...line, count: veiled(line.count) })),
    visits: veil(preview.visits),
    excluded,
    smallHidden: [...given, ...Object.values(preview.excluded)].some(isFew) || isFewPeople,
    sample: concerned < FEWEST_TOLD ? [] : preview.sample,
  }
}

async function* batches<Row extends { id: string }>(
  read: (after: string | null, limit: number) => Promise<Row[]>,
  { from = null, most = Number.POSITIVE_INFINITY }: { from?: string | null; most?: number | undefined } = {},
): AsyncGenerator<Row[]> {
  let after = from
  let left = most
  while (left > 0) {
    const limit = Math.min(BATCH, left)
    const rows = await read(after, limit)
    if (rows.length > 0) yield rows
    if (rows.length < limit) return
    after = rows.at(-1)?.id ?? null
    left -= rows.length
  }
}

async function countPeople(sql: Sql, places: ReadonlySet<string> | null): Promise<number> {
  const living =
    places === null ? sql`` : sql`and (commune_code = any (${list(sql, [...places])}::text[]) or commune_code is null)`
  const [row] = await sql<{ count: number }[]>`
    select count(*)::int as count from contacts
    where erased_at is null and (person_id is null or person_id = id) ${living}`
  return row?.count ?? 0
}

class Tally {
  lookedAt = 0
  concerned = 0
  private readonly reached = new Map<string, AudiencePreview['reached'][number]>()
  private readonly visits = new Map<VisitReason, number>()
  private readonly excluded = new Map<Exclusion, number>()
  private readonly sample: AudiencePreview['sample'] = []

  add(judged: readonly Judged[]): void {
    for (const { person, verdict } of judged) {
      this.lookedAt++
      if (verdict.kind === 'excluded') {
        this.excluded.set(verdict.reason, (this.excluded.get(verdict.reason) ?? 0) + 1)
        continue
      }
      this.concerned++
      const { channel, account } = verdict.chat
      if (this.sample.length < SAMPLE) this.sample.push(sampleOf(person, channel, verdict.kind === 'visit'))
      if (verdict.kind === 'visit') {
        this.visits.set(verdict.reason, (this.visits.get(verdict.reason) ?? 0) + 1)
        continue
      }
      const { tariff } = verdict
      const key = `${channel}\0${account}\0${tariff}`
      const count = (this.reached.get(key)?.count ?? 0) + 1
      this.reached.set(key, { channel, account, tariff, count })
    }
  }

  preview(factor: number): AudiencePreview {
    const scaled = (count: number) => Math.round(count * factor)
    const reached = [...this.reached.values()].map((line) => ({ ...line, count: scaled(line.count) }))
    const visits = record(VISIT_REASONS, this.visits, scaled)
    const sum = [...reached.map(({ count }) => count), ...Object.values(visits)].reduce((one, other) => one + other, 0)
    return {
      estimated: factor !== 1,
      lookedAt: scaled(this.lookedAt),
      people: sum,
      reached,
      visits,
      excluded: record(EXCLUSIONS, this.excluded, scaled),
      smallHidden: false,
      sample: this.sample,
    }
  }
}

function record<Name extends string>(
  names: readonly Name[],
  found: ReadonlyMap<Name, number>,
  scaled: (count: number) => number,
): Record<string, number> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const count = scaled(found.get(name) ?? 0)
      return count === 0 ? [] : [[name, count]]
    }),
  )
}

/** The month alone: a day would name somebody to whoever knows them. */
function sampleOf(person: PersonRow, channel: string, visit: boolean): AudiencePreview['sample'][number] {
  return { commune: person.commune_code, channel, since: person.created_at.toISOString().slice(0, 7), visit }
}
