/** Reads people in batches and judges each: the part that counting and freezing an audience share. */
import { localDay } from '../clock.ts'
import type { Sql, Transaction } from '../db/client.ts'
import { list } from '../db/list.ts'
import { waysTo } from '../messaging/reach.ts'
import { EMPTY_PROFILE, type Profile } from '../profile/profile.ts'
import { openProfile } from '../profile/store-profile.ts'
import type { VerifiedFacts } from '../profile/verified.ts'
import { verifiedFacts } from '../register/verified-facts.ts'
import { communeOfToday } from '../territory/territory.ts'
import type { BroadcastContent } from './broadcast.ts'
import { type Chat, excludedInClear, reachOf, type Verdict } from './classify.ts'
import { type KnownSealed, matchInClear, matchSealed, needsSealedFacts } from './match.ts'
import { areaOf } from './places.ts'
import type { BroadcastServices } from './services.ts'

/** A person by the contact that stands for all that are joined with it. */
export interface PersonRow {
  id: string
  channel: string
  account: string
  commune_code: string | null
  is_joined: boolean
  consented: boolean
  information_stopped: boolean
  all_stopped: boolean
  is_unreachable: boolean
  created_at: Date
}

export interface Judged {
  person: PersonRow
  verdict: Verdict
}

const WEEK_MS = 7 * 86_400_000
/** Sealed facts that are opened before others get a turn on this thread. */
const OPENED_AT_ONCE = 200

/** People in the order of their ids. `places`: only those who live there, or of whom it is not known. */
export function peopleAfter(
  sql: Sql | Transaction,
  { after, limit, places }: { after: string | null; limit: number; places: ReadonlySet<string> | null },
): Promise<PersonRow[]> {
  const beyond = after === null ? sql`` : sql`and c.id > ${after}`
  const living =
    places === null
      ? sql``
      : sql`and (c.commune_code = any (${list(sql, [...places])}::text[]) or c.commune_code is null)`
  return sql<PersonRow[]>`
    select c.id, c.channel, c.account, c.commune_code, c.person_id is not null as is_joined,
      c.consent_at is not null and (c.consent_refused_at is null or c.consent_refused_at < c.consent_at) as consented,
      c.information_stopped_at is not null as information_stopped, c.all_stopped_at is not null as all_stopped,
      c.unreachable_at is not null as is_unreachable, c.created_at
    from contacts c
    where c.erased_at is null and (c.person_id is null or c.person_id = c.id) ${beyond} ${living}
    order by c.id limit ${limit}`
}

/** What a batch is judged by. */
export interface Judging {
  content: BroadcastContent
  places: ReadonlySet<string> | null
  now: Date
  /** Messages of the same kind that left, or wait to leave, in the last seven days. */
  recentBroadcasts: readonly string[]
}

/** Messages that count against the weekly limit. */
export async function recentBroadcasts(
  sql: Sql | Transaction,
  { kind, except, now }: { kind: string; except: string | null; now: Date },
): Promise<string[]> {
  const weekAgo = new Date(now.getTime() - WEEK_MS)
  const rows = await sql<{ id: string }[]>`
    select id from broadcasts where kind = ${kind} and id is distinct from ${except}
      and status in ('scheduled', 'freezing', 'sending', 'paused', 'done', 'cancelled')
      and (frozen_up_to is not null or frozen_at is not null) and (ended_at is null or ended_at > ${weekAgo})`
  return rows.map(({ id }) => id)
}

/** One verdict a person, in their order. Sealed facts are opened only of those whom nothing else rules out. */
export async function judgePeople(
  services: BroadcastServices,
  people: readonly PersonRow[],
  judging: Judging,
): Promise<Judged[]> {
  const { content, places, now } = judging
  const { audience } = content
  const { rules, lanes } = services.broadcasting
  const known = await readClear(services.sql, people, judging, services)
  const verdicts = new Map<string, Verdict>()
  const open: PersonRow[] = []
  for (const person of people) {
    const chats = known.chatsOf(person)
    const inClear = matchInClear(
      audience,
      places,
      { communeCode: person.commune_code, topics: known.topicsOf(chats), lastContactAt: lastOf(chats) },
      now,
    )
    const standing = {
      consented: person.consented,
      informationStopped: person.information_stopped,
      allStopped: person.all_stopped,
      subscribed: known.topicsOf(chats).has(content.topic),
      recent: known.recentOf(chats),
    }
    const reason = excludedInClear(content, standing, inClear, {
      weeklyLimit: rules.weeklyLimit[content.kind],
      includeUnknown: audience.include_unknown === true,
    })
    if (reason !== null) verdicts.set(person.id, { kind: 'excluded', reason })
    else open.push(person)
  }
  const sealed = needsSealedFacts(audience) ? await matchesOf(services, open, judging) : null
  for (const person of open) {
    const match = sealed?.get(person.id) ?? 'yes'
    if (match === 'no' || (match === 'unknown' && audience.include_unknown !== true)) {
      verdicts.set(person.id, { kind: 'excluded', reason: match === 'no' ? 'no-match' : 'unknown' })
      continue
    }
    const verdict = reachOf(content, known.chatsOf(person), person.id, lanes, now)
    if (verdict !== null) verdicts.set(person.id, verdict)
  }
  return people.flatMap((person) => {
    const verdict = verdicts.get(person.id)
    return verdict === undefined ? [] : [{ person, verdict }]
  })
}

function lastOf(chats: readonly Chat[]): Date | null {
  const times = chats.flatMap(({ usedAt }) => (usedAt === null ? [] : [usedAt.getTime()]))
  return times.length === 0 ? null : new Date(Math.max(...times))
}

interface Side {
  id: string
  person_id: string
  channel: string
  account: string
  is_unreachable: boolean
}

/** What stands in clear of these people, over all their chats. */
async function readClear(
  sql: Sql,
  people: readonly PersonRow[],
  { content, recentBroadcasts: recent, now }: Judging,
  { broadcasting }: Pick<BroadcastServices, 'broadcasting'>,
) {
  const { audience } = content
  const joined = people.filter((person) => person.is_joined).map(({ id }) => id)
  const sides =
    joined.length === 0
      ? []
      : await sql<Side[]>`
          select id, person_id, channel, account, unreachable_at is not null as is_unreachable from contacts
          where person_id = any (${list(sql, joined)}::uuid[]) and erased_at is null order by id`
  const single = people.filter((person) => !person.is_joined)
  const ids = [...single.map(({ id }) => id), ...sides.map(({ id }) => id)]
  const wanted = [...(audience.topics ?? []), ...(content.kind === 'information' ? [content.topic] : [])]
  const windowed = new Set(broadcasting.lanes.filter((lane) => lane.window !== null).map(({ channel }) => channel))
  const isWindowed = ({ channel }: { channel: string }) => [...windowed].some((one) => one === channel)
  const windowedIds = [...single.filter(isWindowed), ...sides.filter(isWindowed)].map(({ id }) => id)
  const needsUse = audience.last_contact_within_days !== undefined
  const used = needsUse
    ? ids
    : [...single.filter(({ channel }) => channel === 'web').map(({ id }) => id), ...sides.map(({ id }) => id)]
  const [subscriptions, counted, ways, windows] = await Promise.all([
    wanted.length === 0 ? [] : subscriptionsOf(sql, ids, wanted),
    recent.length === 0 ? [] : countRecent(sql, ids, recent, now),
    used.length === 0 ? [] : waysTo(sql, used),
    windowedIds.length === 0 ? [] : windowsOf(sql, windowedIds),
  ])
  const usedAt = new Map(ways.map((way) => [way.id, way.usedAt]))
  const interactions = new Map(
    windows.map((row) => [row.id, { lastAt: row.last_interaction_at, paidRemaining: row.paid_remaining }]),
  )
  const topics = new Map<string, Set<string>>()
  for (const { contact_id: id, topic } of subscriptions) {
    topics.set(id, (topics.get(id) ?? new Set()).add(topic))
  }
  const counts = new Map(counted.map((row) => [row.contact_id, row.count]))
  const sidesOf = Map.groupBy(sides, (side) => side.person_id)
  const chat = (one: Pick<Side, 'id' | 'channel' | 'account' | 'is_unreachable'>): Chat => ({
    id: one.id,
    channel: one.channel,
    account: one.account,
    isUnreachable: one.is_unreachable,
    usedAt: usedAt.get(one.id) ?? null,
    interaction: interactions.get(one.id) ?? null,
  })
  const none: ReadonlySet<string> = new Set()
  const remembered = new Map<string, Chat[]>()
  return {
    chatsOf(person: PersonRow): readonly Chat[] {
      const chats =
        remembered.get(person.id) ?? (person.is_joined ? (sidesOf.get(person.id) ?? []) : [person]).map(chat)
      remembered.set(person.id, chats)
      return chats
    },
    topicsOf(chats: readonly Chat[]): ReadonlySet<string> {
      const [only] = chats
      if (chats.length === 1 && only !== undefined) return topics.get(only.id) ?? none
      return new Set(chats.flatMap(({ id }) => [...(topics.get(id) ?? none)]))
    },
    recentOf: (chats: readonly Chat[]) => chats.reduce((sum, { id }) => sum + (counts.get(id) ?? 0), 0),
  }
}

function subscriptionsOf(sql: Sql, ids: readonly string[], topics: readonly string[]) {
  return sql<{ contact_id: string; topic: string }[]>`
    select contact_id, topic from subscriptions
    where contact_id = any (${list(sql, ids)}::uuid[]) and topic = any (${list(sql, topics)}::text[])`
}

function countRecent(sql: Sql, ids: readonly string[], recent: readonly string[], now: Date) {
  const weekAgo = new Date(now.getTime() - WEEK_MS)
  return sql<{ contact_id: string; count: number }[]>`
    select contact_id, count(*)::int as count from broadcast_recipients
    where broadcast_id = any (${list(sql, recent)}::uuid[]) and contact_id = any (${list(sql, ids)}::uuid[])
      and (state in ('waiting', 'sending') or (state in ('sent', 'confirmed', 'uncertain') and sent_at > ${weekAgo}))
    group by contact_id`
}

function windowsOf(sql: Sql, ids: readonly string[]) {
  return sql<{ id: string; last_interaction_at: Date; paid_remaining: number | null }[]>`
    select c.id, w.last_interaction_at, w.paid_remaining from contacts c
    join reply_windows w on w.channel = c.channel and w.account = c.account and w.address_hash = c.address_hash
    where c.id = any (${list(sql, ids)}::uuid[])`
}

async function matchesOf(services: BroadcastServices, people: readonly PersonRow[], { content, now }: Judging) {
  const today = localDay(now)
  const known = await knownOf(services, people, today, { isRegisterEnough: isOnlyRegister(content) })
  const matches = new Map<string, ReturnType<typeof matchSealed>>()
  for (const [id, theirs] of known) {
    matches.set(id, matchSealed(services.eligibility, content.audience, theirs, today))
    if (matches.size % OPENED_AT_ONCE === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  return matches
}

/** What is known of these people, opened. To be kept no longer than it takes to judge them. */
export async function knownOf(
  services: BroadcastServices,
  people: readonly Pick<PersonRow, 'id' | 'commune_code'>[],
  today: string,
  { isRegisterEnough = false } = {},
): Promise<Map<string, KnownSealed>> {
  const { sql, territory } = services
  const ids = people.map(({ id }) => id)
  const known = new Map<string, KnownSealed>()
  if (ids.length === 0) return known
  const [rows, verified] = await Promise.all([
    isRegisterEnough ? [] : sealedProfiles(sql, ids),
    verifiedFacts(sql, ids, today),
  ])
  const sealed = new Map(rows.map((row) => [row.id, row]))
  for (const person of people) {
    if (known.size % OPENED_AT_ONCE === OPENED_AT_ONCE - 1) await new Promise((resolve) => setImmediate(resolve))
    known.set(person.id, {
      profile: profileOf(services, sealed.get(person.id)),
      verified: verified.get(person.id) ?? null,
      ofPlace: factsOfPlace(territory, person.commune_code),
    })
  }
  return known
}

/** Nothing is opened when only the register is asked. */
function isOnlyRegister({ audience }: BroadcastContent): boolean {
  const { household_status: statuses, ages, programme, flip } = audience
  const isRuled = programme !== undefined || flip !== undefined
  return !isRuled && ages === undefined && (statuses ?? []).every(({ source }) => source === 'verified')
}

interface SealedRow {
  id: string
  sealed_key: Buffer | null
  sealed_profile: Buffer
}

function sealedProfiles(sql: Sql, ids: readonly string[]) {
  return sql<SealedRow[]>`
    select c.id, c.sealed_key, p.sealed_profile from contacts c join profiles p on p.contact_id = c.id
    where c.id = any (${list(sql, ids)}::uuid[])`
}

function profileOf({ secrets }: Pick<BroadcastServices, 'secrets'>, row: SealedRow | undefined): Profile {
  if (row === undefined || row.sealed_key === null) return EMPTY_PROFILE
  return openProfile(secrets.openPersonKey(row.sealed_key), row.sealed_profile)
}

function factsOfPlace(territory: BroadcastServices['territory'], code: string | null): VerifiedFacts['values'] {
  const place = code === null ? undefined : communeOfToday(territory, code)
  if (place === undefined) return {}
  return { area: areaOf(place), former_province: place.formerProvince === 'Thái Bình' ? 'thai_binh' : 'hung_yen' }
}

/** Those who got the text that a correction puts right: by their rows of the original, in the order of contacts. */
export function recipientsAfter(
  sql: Sql | Transaction,
  { original, after, limit }: { original: string; after: string | null; limit: number },
): Promise<(PersonRow & { was: string })[]> {
  const beyond = after === null ? sql`` : sql`and r.contact_id > ${after}`
  return sql<(PersonRow & { was: string })[]>`
    select c.id, c.channel, c.account, c.commune_code, false as is_joined, c.erased_at is null as consented,
      c.information_stopped_at is not null as information_stopped, c.all_stopped_at is not null as all_stopped,
      c.unreachable_at is not null as is_unreachable, c.created_at, r.state as was
    from broadcast_recipients r join contacts c on c.id = r.contact_id
    where r.broadcast_id = ${original} and r.state in ('sent', 'confirmed', 'uncertain', 'visited') ${beyond}
    order by r.contact_id limit ${limit}`
}

/** The chat that got the wrong text gets the right one; who was told in person is told in person. */
export async function judgeCorrected(
  services: BroadcastServices,
  people: readonly (PersonRow & { was: string })[],
  judging: Judging,
): Promise<Judged[]> {
  const { content, now } = judging
  const known = await readClear(services.sql, people, judging, services)
  return people.flatMap((person): Judged[] => {
    if (!person.consented) return [{ person, verdict: { kind: 'excluded', reason: 'no-consent' } }]
    const stopped = person.all_stopped || (content.kind === 'information' && person.information_stopped)
    if (stopped) return [{ person, verdict: { kind: 'excluded', reason: 'stopped' } }]
    const verdict = reachOf(content, known.chatsOf(person), person.id, services.broadcasting.lanes, now)
    if (verdict === null) return []
    if (person.was !== 'visited') return [{ person, verdict }]
    return [{ person, verdict: { kind: 'visit', chat: verdict.chat, reason: 'told-in-person' } }]
  })
}
