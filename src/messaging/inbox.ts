/**
 * Updates are stored here before a channel is told that they arrived. One batch is on its way to the database at a time
 * and what arrives meanwhile goes with the next: a burst costs few commits, and one process stores in order of arrival.
 */
import type { Clock } from '../clock.ts'
import type { Sql } from '../db/client.ts'
import { isPassingFault, isUnstorableText } from '../db/faults.ts'
import { list } from '../db/list.ts'
import type { Logger } from '../log.ts'
import { type Secrets, sealJson } from '../secrets.ts'
import type { Receive } from './channel.ts'
import { hashAddress, newContact } from './contact.ts'
import type { Update } from './update.ts'

export interface InboxOptions {
  sql: Sql
  secrets: Secrets
  clock: Clock
  /** Called after the commit with the contacts that have something new; repeats of known updates are not among them. */
  onStored(contactIds: string[]): void
  /** Told of what cannot be stored by anybody. */
  log?: Pick<Logger, 'error'>
  metrics?: { updatesStored: { inc(labels: { channel: string }, count?: number): void } }
}

export interface Inbox {
  receive: Receive
  /** When this process last stored something from a channel. */
  lastUpdateAt(channel: string): Date | null
}

interface Waiting {
  updates: readonly Update[]
  resolve(): void
  reject(error: unknown): void
}

/** Updates in one statement; a body of 4,000 characters makes it some 8 MiB. */
const BATCH_MAX = 1_000
/** Two processes that store the same repeats in a different order can meet in a deadlock; one of them goes again. */
const TRIES = 4
/** An album waits this long for its next file; the channel sends them one after the other. */
export const ALBUM_PAUSE_MS = 1_000

export function createInbox(options: InboxOptions): Inbox {
  const { clock, onStored, metrics } = options
  const lastUpdates = new Map<string, Date>()
  let waiting: Waiting[] = []
  let isStoring = false

  async function storeAll(): Promise<void> {
    if (isStoring) return
    isStoring = true
    while (waiting.length > 0) {
      const batch = takeBatch()
      const updates = batch.flatMap((one) => one.updates)
      try {
        const contactIds = await storeWhatCanBe(options, updates)
        for (const one of batch) one.resolve()
        note(updates)
        if (contactIds.length > 0) onStored(contactIds)
      } catch (error) {
        for (const one of batch) one.reject(error)
      }
    }
    isStoring = false
  }

  function takeBatch(): Waiting[] {
    let count = 0
    let end = 0
    for (const one of waiting) {
      count += one.updates.length
      if (end > 0 && count > BATCH_MAX) break
      end += 1
    }
    const batch = waiting.slice(0, end)
    waiting = waiting.slice(end)
    return batch
  }

  function note(updates: readonly Update[]): void {
    const now = clock.now()
    for (const { channel } of updates) {
      lastUpdates.set(channel, now)
      metrics?.updatesStored.inc({ channel })
    }
  }

  return {
    receive(updates) {
      if (updates.length === 0) return Promise.resolve()
      return new Promise((resolve, reject) => {
        waiting.push({ updates, resolve, reject })
        void storeAll()
      })
    },
    lastUpdateAt: (channel) => lastUpdates.get(channel) ?? null,
  }
}

/**
 * An update with a text that no database takes is dropped, and the others of its batch are stored: it would come again
 * for ever, and hold up everybody whose updates come with it.
 */
async function storeWhatCanBe(options: InboxOptions, updates: readonly Update[]): Promise<string[]> {
  try {
    return await store(options, updates)
  } catch (error) {
    if (!isUnstorableText(error)) throw error
    if (updates.length > 1) {
      const contactIds = new Set<string>()
      for (const update of updates) for (const id of await storeWhatCanBe(options, [update])) contactIds.add(id)
      return [...contactIds]
    }
    const [{ channel, account, externalId } = { channel: '', account: '', externalId: '' }] = updates
    options.log?.error({ err: error, channel, account, externalId }, 'an update that cannot be stored was dropped')
    return []
  }
}

/** Returns the contacts that have something new. All updates are stored, or none is known to be. */
async function store(options: InboxOptions, updates: readonly Update[]): Promise<string[]> {
  const { secrets, clock } = options
  const now = clock.now()
  const sealed: Sealed[] = updates.map((update) => {
    const { channel, account, address, externalId, body, messageId, quotedMessageId } = update
    return {
      update,
      hash: hashAddress(secrets, update),
      // The address goes along for the one case where the contact is erased while this is being stored.
      body: sealJson(secrets.transitKey, { body, messageId, quotedMessageId, address }),
      columns: [channel, account, externalId] as const,
      album: update.albumId ?? null,
    }
  })
  for (let attempt = 1; ; attempt++) {
    try {
      return await storeSealed(options, sealed, now)
    } catch (error) {
      if (attempt >= TRIES || !isPassingFault(error) || !('code' in error) || error.code !== '40P01') throw error
    }
  }
}

interface Sealed {
  update: Update
  hash: Buffer
  body: Buffer
  columns: readonly [channel: string, account: string, externalId: string]
  album: string | null
}

async function storeSealed({ sql, secrets }: InboxOptions, sealed: readonly Sealed[], now: Date): Promise<string[]> {
  const stored = new Set<string>()
  let left = sealed
  for (let round = 0; left.length > 0; round++) {
    if (round > 2) throw new Error('Contacts of updates vanish while the updates are being stored')
    const rows = await insertUpdates(sql, left, now)
    for (const { contact_id } of rows) if (contact_id !== null) stored.add(contact_id)
    left = rows.flatMap(({ unknown }) => (unknown === null ? [] : (left[unknown - 1] ?? [])))
    if (left.length > 0) await insertContacts(sql, secrets, left, now)
  }
  return [...stored]
}

/** Each row is either a contact that got something new or the place of an update whose contact is not known yet. */
function insertUpdates(sql: Sql, sealed: readonly Sealed[], now: Date) {
  const column = (of: (one: Sealed) => string | Buffer | null) => list(sql, sealed.map(of))
  const albumDueAt = new Date(now.getTime() + ALBUM_PAUSE_MS)
  // The lists go through a subquery, so that the planner does not see how long they are and plan each batch anew.
  return sql<{ contact_id: string | null; unknown: number | null }[]>`
    with given as materialized (
      select ${column(({ columns }) => columns[0])}::text[] as channel, ${column(({ columns }) => columns[1])}::text[] as account,
        ${column(({ hash }) => hash)}::bytea[] as hash, ${column(({ columns }) => columns[2])}::text[] as external_id,
        ${column(({ body }) => body)}::bytea[] as body, ${column(({ album }) => album)}::text[] as album
    ), arrived as materialized (
      select a.*, c.id as contact_id
      from given g cross join unnest(g.channel, g.account, g.hash, g.external_id, g.body, g.album)
        with ordinality as a(channel, account, hash, external_id, body, album, place)
      left join contacts c on c.channel = a.channel and c.account = a.account and c.address_hash = a.hash
    ), stored as (
      insert into inbox (contact_id, channel, account, external_id, sealed_body, received_at, album, not_before)
      select contact_id, channel, account, external_id, body, ${now}, album,
        case when album is not null then ${albumDueAt}::timestamptz end
      from arrived where contact_id is not null order by place
      on conflict (channel, account, external_id) do nothing
      returning contact_id
    )
    select contact_id, null::bigint as unknown from stored
    union all
    select null, place from arrived where contact_id is null
    order by unknown`
}

async function insertContacts(sql: Sql, secrets: Secrets, sealed: readonly Sealed[], now: Date): Promise<void> {
  const byHash = new Map(sealed.map((one) => [one.hash.toString('base64'), one.update]))
  // In order of their keys, so that two processes that meet the same people do not wait for each other in a circle.
  const people = [...byHash.keys()].sort().flatMap((hash) => byHash.get(hash) ?? [])
  const made = people.map((update) => ({ update, ...newContact(secrets, update) }))
  await sql`
    insert into contacts (id, channel, account, address_hash, sealed_address, sealed_key, created_at)
    select id, channel, account, hash, address, key, ${now} from unnest(
      ${list(
        sql,
        made.map(({ id }) => id),
      )}::uuid[], ${list(
        sql,
        made.map(({ update }) => update.channel),
      )}::text[],
      ${list(
        sql,
        made.map(({ update }) => update.account),
      )}::text[], ${list(
        sql,
        made.map(({ addressHash }) => addressHash),
      )}::bytea[],
      ${list(
        sql,
        made.map(({ sealedAddress }) => sealedAddress),
      )}::bytea[], ${list(
        sql,
        made.map(({ sealedKey }) => sealedKey),
      )}::bytea[]
    ) as made(id, channel, account, hash, address, key)
    on conflict (channel, account, address_hash) do nothing`
}
