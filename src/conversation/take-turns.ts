import type { Sql, Transaction } from '../db/client.ts'
import { isLockFault, isPassingFault } from '../db/faults.ts'
import { list } from '../db/list.ts'
import { together } from '../db/pipeline.ts'
import type { Logger } from '../log.ts'
import { type ContactRow, lockContactRows, openContact } from '../messaging/contact.ts'
import { holdsWholePerson, MoreLocksNeeded } from '../messaging/person.ts'
import { refileUpdate } from '../messaging/refile-update.ts'
import { type StoredUpdate, storedUpdateSchema } from '../messaging/update.ts'
import { type Outlet, openOutlet } from '../outbox/enqueue.ts'
import { openJson, type Secrets } from '../secrets.ts'
import { asOne, gatherAlbum, markHandled } from './gather-album.ts'

export interface UpdateInHand {
  inboxId: number
  contact: ContactRow
  /** Other contacts whose rows this turn holds: those joined with the contact, and those it is about to be joined with. */
  held: readonly ContactRow[]
  update: StoredUpdate
}

/** Does all that updates of different contacts cause, inside the transaction. Throws to have none of it happen. */
export type Handle = (tx: Transaction, rows: readonly UpdateInHand[], now: Date) => Promise<void>

export interface TurnMetrics {
  updatesHandled: { inc(labels: { channel: string }): void }
  updatesFailed: { inc(labels: { channel: string }): void }
  stepSeconds: { observe(seconds: number): void }
}

export interface TurnOptions {
  sql: Sql
  secrets: Secrets
  handle: Handle
  /** Called after the commit for each contact that got messages; must send the first at once. Left out: they wait like all. */
  takeOver?: (contact: ContactRow, outlet: Outlet) => void
  onHandled?: () => void
  /** An update failed by itself, not by a fault of the database: says when its contact has its next turn. */
  onFailed: (contactId: string, inboxId: number, error: unknown, now: Date) => Promise<Turn>
  log: Pick<Logger, 'warn'>
  metrics?: TurnMetrics | undefined
}

/**
 * What came of one turn of a contact. `busy`: somebody else has its lock. `alone`: nothing was done; it is to be tried
 * without others.
 */
export type Turn = { kind: 'more' | 'done' | 'busy' | 'alone' } | { kind: 'later'; at: Date }

/** Contacts that are handled together wait no longer than this for what somebody else has locked. */
const LOCK_PATIENCE = '200ms'
/** Tries of a turn that turns out to concern more contacts than it holds. */
const LOCK_TRIES = 5

interface InHand {
  inboxId: number
  channel: string
  row: UpdateInHand | null
  outlet: Outlet | undefined
}

/**
 * Handles the next update of each contact, if it is due, all in one transaction: under load one wait for the disk serves
 * many people. Contacts that are locked, or that anything goes wrong with, come back as `alone`, so that nobody suffers
 * from somebody else. One contact by itself is waited for unless `skipBusy`. Throws only on faults of the database.
 */
export async function takeTurns(
  options: TurnOptions,
  contactIds: readonly string[],
  skipBusy: boolean,
  clock: () => Date,
): Promise<ReadonlyMap<string, Turn>> {
  const startedAt = performance.now()
  const isAlone = contactIds.length === 1
  let also: readonly string[] = []
  for (let tries = 1; ; tries++) {
    const inHand: InHand[] = []
    try {
      const turns = await options.sql.begin((tx) => {
        inHand.length = 0
        return takeLocked(tx, options, { contactIds, also, skipBusy: skipBusy || !isAlone, isAlone }, inHand, clock())
      })
      for (const { channel } of inHand) options.metrics?.updatesHandled.inc({ channel })
      if (inHand.length > 0) options.metrics?.stepSeconds.observe((performance.now() - startedAt) / 1_000)
      for (const { row, outlet } of inHand) if (row && outlet) options.takeOver?.(row.contact, outlet)
      if (inHand.length > 0) options.onHandled?.()
      return turns
    } catch (error) {
      if (isAlone && error instanceof MoreLocksNeeded && tries < LOCK_TRIES) {
        also = [...new Set([...also, ...error.contactIds])].filter((id) => !contactIds.includes(id))
        continue
      }
      const isTheirs = inHand.length > 0 && !isPassingFault(error)
      if (!isAlone && (isTheirs || isLockFault(error))) {
        options.log.warn({ contacts: contactIds.length }, 'updates taken together are tried one by one')
        return new Map(contactIds.map((id) => [id, { kind: 'alone' }]))
      }
      const [failed] = inHand
      const [id] = contactIds
      if (!isTheirs || failed === undefined || id === undefined) throw error
      options.metrics?.updatesFailed.inc({ channel: failed.channel })
      return new Map([[id, await options.onFailed(id, failed.inboxId, error, clock())]])
    }
  }
}

interface Wanted {
  contactIds: readonly string[]
  /** Contacts that a single one is joined with or about to be. */
  also: readonly string[]
  skipBusy: boolean
  isAlone: boolean
}

async function takeLocked(
  tx: Transaction,
  { secrets, handle, takeOver }: TurnOptions,
  { contactIds, also, skipBusy, isAlone }: Wanted,
  inHand: InHand[],
  now: Date,
): Promise<ReadonlyMap<string, Turn>> {
  const [, rowsHeld] = await together([
    isAlone ? null : tx`select set_config('lock_timeout', ${LOCK_PATIENCE}, true)`,
    lockContactRows(tx, [...contactIds, ...also], { skipBusy }),
  ])
  const turns = new Map<string, Turn>(contactIds.map((id) => [id, { kind: isAlone ? 'busy' : 'alone' }]))
  const own = rowsHeld.filter(({ id }) => contactIds.includes(id))
  const others = rowsHeld.filter(({ id }) => !contactIds.includes(id))
  if (others.length < also.length) return turns
  // Somebody with several contacts has a turn with all of them and with nobody else.
  const locked = isAlone ? own : own.filter(({ person_id }) => person_id === null)
  if (locked.length === 0) return turns
  for (const { person_id } of locked) {
    if (person_id === null) continue
    await holdsWholePerson(
      tx,
      person_id,
      rowsHeld.map(({ id }) => id),
    )
  }
  const held = others.flatMap((row) => openContact(secrets, row) ?? [])
  const heads = await takeNext(
    tx,
    locked.map(({ id }) => id),
    now,
  )
  const rows: UpdateInHand[] = []
  for (const contactRow of locked) {
    const [next, following] = heads.filter((head) => head.contact_id === contactRow.id)
    turns.set(contactRow.id, { kind: following === undefined ? 'done' : 'more' })
    if (next === undefined) continue
    if (next.not_before !== null && next.not_before > now) {
      turns.set(contactRow.id, { kind: 'later', at: next.not_before })
      continue
    }
    const gathered = next.album === null ? { parts: [next] } : await gatherAlbum(tx, contactRow.id, next.album, now)
    if ('laterAt' in gathered) {
      turns.set(contactRow.id, { kind: 'later', at: gathered.laterAt })
      continue
    }
    const hand: InHand = { inboxId: next.id, channel: contactRow.channel, row: null, outlet: undefined }
    inHand.push(hand)
    if (next.album !== null) await markHandled(tx, gathered.parts, now)
    const contact = openContact(secrets, contactRow)
    const parts = gathered.parts.map((part) => ({ ...part, stored: openJson(secrets.transitKey, part.sealed_body) }))
    if (contact !== null) {
      const update = asOne(parts.map(({ stored }) => storedUpdateSchema.parse(stored)))
      hand.row = { inboxId: next.id, contact, held, update }
      if (takeOver) hand.outlet = openOutlet(tx, contact.id)
      rows.push(hand.row)
      continue
    }
    let isRefiled = false
    for (const part of parts) {
      isRefiled = (await refileUpdate(tx, secrets, contactRow, part, part.stored)) || isRefiled
    }
    if (isRefiled) {
      inHand.pop()
      turns.set(contactRow.id, { kind: 'more' })
    }
  }
  if (rows.length > 0) await handle(tx, rows, now)
  return turns
}

interface Head {
  contact_id: string
  id: number
  sealed_body: Buffer
  not_before: Date | null
  album: string | null
}

/**
 * The next update of each contact, marked as handled by the way when it is due, and the one after it. A mark made too
 * early would go with the transaction, like everything else. An album is not marked: it may not be complete.
 */
function takeNext(tx: Transaction, contactIds: readonly string[], now: Date) {
  return tx<Head[]>`
    with given as materialized (select ${list(tx, contactIds)}::uuid[] as ids),
    head as materialized (
      select two.* from given cross join unnest(given.ids) as c(id) cross join lateral (
        select contact_id, id, sealed_body, not_before, album from inbox
        where contact_id = c.id and handled_at is null and failed_at is null order by id limit 2
      ) as two
    ), taken as (
      update inbox set handled_at = ${now}, sealed_body = null
      where id = any (array(select min(id) from head group by contact_id))
        and album is null and (not_before is null or not_before <= ${now})
    )
    select * from head order by id`
}
