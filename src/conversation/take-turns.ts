import type { Sql, Transaction } from '../db/client.ts'
import { isLockFault, isPassingFault } from '../db/faults.ts'
import { list } from '../db/list.ts'
import { together } from '../db/pipeline.ts'
import type { Logger } from '../log.ts'
import { type ContactRow, lockContactRows, openContact } from '../messaging/contact.ts'
import { refileUpdate } from '../messaging/refile-update.ts'
import { type StoredUpdate, storedUpdateSchema } from '../messaging/update.ts'
import { type Outlet, openOutlet } from '../outbox/enqueue.ts'
import { openJson, type Secrets } from '../secrets.ts'

export interface UpdateInHand {
  inboxId: number
  contact: ContactRow
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
  let inHand: InHand[] = []
  try {
    const turns = await options.sql.begin((tx) => {
      inHand = []
      return takeLocked(tx, options, contactIds, { skipBusy: skipBusy || !isAlone, isAlone }, inHand, clock())
    })
    for (const { channel } of inHand) options.metrics?.updatesHandled.inc({ channel })
    if (inHand.length > 0) options.metrics?.stepSeconds.observe((performance.now() - startedAt) / 1_000)
    for (const { row, outlet } of inHand) if (row && outlet) options.takeOver?.(row.contact, outlet)
    if (inHand.length > 0) options.onHandled?.()
    return turns
  } catch (error) {
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

async function takeLocked(
  tx: Transaction,
  { secrets, handle, takeOver }: TurnOptions,
  contactIds: readonly string[],
  { skipBusy, isAlone }: { skipBusy: boolean; isAlone: boolean },
  inHand: InHand[],
  now: Date,
): Promise<ReadonlyMap<string, Turn>> {
  const [, locked] = await together([
    isAlone ? null : tx`select set_config('lock_timeout', ${LOCK_PATIENCE}, true)`,
    lockContactRows(tx, contactIds, { skipBusy }),
  ])
  const turns = new Map<string, Turn>(contactIds.map((id) => [id, { kind: isAlone ? 'busy' : 'alone' }]))
  if (locked.length === 0) return turns
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
    const hand: InHand = { inboxId: next.id, channel: contactRow.channel, row: null, outlet: undefined }
    inHand.push(hand)
    const contact = openContact(secrets, contactRow)
    const stored = openJson(secrets.transitKey, next.sealed_body)
    if (contact !== null) {
      hand.row = { inboxId: next.id, contact, update: storedUpdateSchema.parse(stored) }
      if (takeOver) hand.outlet = openOutlet(tx, contact.id)
      rows.push(hand.row)
    } else if (await refileUpdate(tx, secrets, contactRow, next, stored)) {
      inHand.pop()
      turns.set(contactRow.id, { kind: 'more' })
    }
  }
  if (rows.length > 0) await handle(tx, rows, now)
  return turns
}

/**
 * The next update of each contact, marked as handled by the way when it is due, and the one after it. A mark made too
 * early would go with the transaction, like everything else.
 */
function takeNext(tx: Transaction, contactIds: readonly string[], now: Date) {
  return tx<{ contact_id: string; id: number; sealed_body: Buffer; not_before: Date | null }[]>`
    with given as materialized (select ${list(tx, contactIds)}::uuid[] as ids),
    head as materialized (
      select two.* from given cross join unnest(given.ids) as c(id) cross join lateral (
        select contact_id, id, sealed_body, not_before from inbox
        where contact_id = c.id and handled_at is null and failed_at is null order by id limit 2
      ) as two
    ), taken as (
      update inbox set handled_at = ${now}, sealed_body = null
      where id = any (array(select min(id) from head group by contact_id))
        and (not_before is null or not_before <= ${now})
    )
    select * from head order by id`
}
