/**
 * Takes stored updates to the engine: one contact's in order and one at a time, however many processes share the
 * database, many contacts at once. Whatever an update causes is committed together with the mark that it was handled.
 */
import { setTimeout as pause } from 'node:timers/promises'
import type { Clock } from '../clock.ts'
import type { Sql, Transaction } from '../db/client.ts'
import { isPassingFault } from '../db/faults.ts'
import type { Logger } from '../log.ts'
import { type ContactRow, lockContactRow, openContact } from '../messaging/contact.ts'
import { refileUpdate } from '../messaging/refile-update.ts'
import { type StoredUpdate, storedUpdateSchema } from '../messaging/update.ts'
import { type Outlet, openOutlet } from '../outbox/enqueue.ts'
import { openJson, type Secrets } from '../secrets.ts'

export interface UpdateInHand {
  inboxId: number
  contact: ContactRow
  update: StoredUpdate
}

/** Says something kind to a person whose words could not be handled after all tries. */
export type Apologise = (tx: Transaction, contact: ContactRow, now: Date) => Promise<unknown>

/** Does all that one update causes, inside the transaction. Throws to have none of it happen. */
export type Handle = (tx: Transaction, row: UpdateInHand, now: Date) => Promise<void>

export interface WorkerOptions {
  sql: Sql
  secrets: Secrets
  clock: Clock
  handle: Handle
  apologise?: Apologise
  log: Pick<Logger, 'warn' | 'error'>
  /** Contacts served at once; each takes a connection. 12 unless told. */
  concurrency?: number
  /**
   * Called after a commit that queued messages; it must send the first at once. Left out: they wait like all others.
   */
  takeOver?: (contact: ContactRow, outlet: Outlet) => void
  onHandled?: () => void
  metrics?: WorkerMetrics
}

interface WorkerMetrics {
  updatesHandled: { inc(labels: { channel: string }): void }
  updatesFailed: { inc(labels: { channel: string }): void }
  stepSeconds: { observe(seconds: number): void }
}

export interface Worker {
  /** Begins to look for what other processes left. Woken contacts are served without it. */
  start(): void
  /** Says that contacts have something new. */
  wake(contactIds: readonly string[]): void
  /** Resolves when nothing is in hand and nobody waits for a turn. */
  idle(): Promise<void>
  /** Handles everything that is due, at this time of the clock; for tests. */
  handleDue(now: Date): Promise<void>
  /** Finishes what is in hand and takes nothing more. */
  stop(): Promise<void>
}

const CONCURRENCY = 12
const LOOK_EVERY_MS = 500
/** Younger updates are on their way in the process that stored them. */
const LEFT_BEHIND_MS = 300
const CONTACTS_PER_LOOK = 200
const ATTEMPTS_MAX = 5
const FAULT_PAUSE_MS = 100
const FAULT_PAUSE_MAX_MS = 5_000

/** What came of one turn of a contact. */
type Turn = { kind: 'more' } | { kind: 'done' } | { kind: 'busy' } | { kind: 'later'; at: Date }

export function createWorker(options: WorkerOptions): Worker {
  const { sql, clock, log } = options
  const concurrency = options.concurrency ?? CONCURRENCY
  /** In the order of their turns; true: a lock that somebody else holds is not waited for. */
  const queue = new Map<string, { skipBusy: boolean }>()
  /** True: something new came during the turn. */
  const running = new Map<string, boolean>()
  const later = new Set<NodeJS.Timeout>()
  const stopping = new AbortController()
  let idlers: (() => void)[] = []
  let looking: Promise<void> | undefined

  function enqueueTurn(contactId: string, skipBusy: boolean): void {
    if (running.has(contactId)) {
      if (!skipBusy) running.set(contactId, true)
    } else if (!skipBusy || !queue.has(contactId)) queue.set(contactId, { skipBusy })
  }

  function serve(): void {
    while (running.size < concurrency && !stopping.signal.aborted) {
      const [next] = queue
      if (next === undefined) break
      const [contactId, { skipBusy }] = next
      queue.delete(contactId)
      running.set(contactId, false)
      void serveContact(contactId, skipBusy)
    }
    if (running.size === 0 && (queue.size === 0 || stopping.signal.aborted)) {
      for (const resolve of idlers) resolve()
      idlers = []
    }
  }

  async function serveContact(contactId: string, skipBusy: boolean): Promise<void> {
    const turn = await takeTurnPatiently(contactId, skipBusy)
    const isWokenAgain = running.get(contactId) === true
    running.delete(contactId)
    if (turn.kind === 'more' || isWokenAgain) enqueueTurn(contactId, false)
    else if (turn.kind === 'later') wakeAt(contactId, turn.at)
    serve()
  }

  function wakeAt(contactId: string, at: Date): void {
    if (stopping.signal.aborted) return
    const timer = setTimeout(
      () => {
        later.delete(timer)
        enqueueTurn(contactId, false)
        serve()
      },
      Math.max(0, at.getTime() - clock.now().getTime()),
    )
    later.add(timer)
  }

  /** A database that is away is waited for: what is stored cannot get lost, and there is nothing better to do. */
  async function takeTurnPatiently(contactId: string, skipBusy: boolean): Promise<Turn> {
    let pauseMs = FAULT_PAUSE_MS
    while (!stopping.signal.aborted) {
      try {
        return await takeTurn(options, contactId, skipBusy, () => clock.now())
      } catch (error) {
        if (!isPassingFault(error)) {
          log.error({ ...withoutWords(error), contactId }, 'a turn failed')
          return { kind: 'done' }
        }
        log.warn({ err: error, pauseMs }, 'the database is away, an update waits')
        await pause(pauseMs, undefined, { signal: stopping.signal }).catch(() => {})
        pauseMs = Math.min(pauseMs * 2, FAULT_PAUSE_MAX_MS)
      }
    }
    return { kind: 'done' }
  }

  async function lookAgainAndAgain(): Promise<void> {
    while (!stopping.signal.aborted) {
      await pause(LOOK_EVERY_MS, undefined, { signal: stopping.signal }).catch(() => {})
      if (stopping.signal.aborted) return
      try {
        const now = clock.now()
        for (const id of await contactsLeftBehind(sql, now, LEFT_BEHIND_MS)) enqueueTurn(id, true)
        serve()
      } catch (error) {
        log.warn({ err: error }, 'waiting updates could not be looked for')
      }
    }
  }

  const idle = () =>
    new Promise<void>((resolve) => {
      idlers.push(resolve)
      serve()
    })

  return {
    start() {
      looking ??= lookAgainAndAgain()
    },
    wake(contactIds) {
      for (const id of contactIds) enqueueTurn(id, false)
      serve()
    },
    idle,
    async handleDue(now) {
      await idle()
      for (;;) {
        const ids = await contactsLeftBehind(sql, now, 0)
        if (ids.length === 0) return
        for (const id of ids) while ((await takeTurn(options, id, false, () => now)).kind === 'more');
      }
    },
    async stop() {
      stopping.abort()
      for (const timer of later) clearTimeout(timer)
      await Promise.all([looking, idle()])
    },
  }
}

/** Those whose next update may be handled at `now` and has waited for a while, longest wait first. */
async function contactsLeftBehind(sql: Sql, now: Date, waitedMs: number): Promise<string[]> {
  const rows = await sql<{ contact_id: string }[]>`
    select contact_id from (
      select distinct on (contact_id) contact_id, id, received_at, not_before from inbox
      where handled_at is null and failed_at is null order by contact_id, id
    ) as head
    where received_at <= ${new Date(now.getTime() - waitedMs)} and (not_before is null or not_before <= ${now})
    order by id limit ${CONTACTS_PER_LOOK}`
  return rows.map((row) => row.contact_id)
}

interface Stored {
  id: number
  sealed_body: Buffer
  not_before: Date | null
}

/**
 * The contact's next update, marked as handled by the way when it is due, and the one after it. A mark made too early
 * would go with the transaction, like everything else.
 */
function takeNext(tx: Transaction, contactId: string, now: Date) {
  return tx<Stored[]>`
    with head as (
      select id, sealed_body, not_before from inbox
      where contact_id = ${contactId} and handled_at is null and failed_at is null order by id limit 2
    ), taken as (
      update inbox set handled_at = ${now}, sealed_body = null
      where id = (select min(id) from head) and (not_before is null or not_before <= ${now})
    )
    select * from head order by id`
}

/** Handles the contact's next update, if it is due. Throws only on faults of the database. */
async function takeTurn(
  options: WorkerOptions,
  contactId: string,
  skipBusy: boolean,
  clock: () => Date,
): Promise<Turn> {
  const { sql, metrics } = options
  const startedAt = performance.now()
  let inHand: { id: number; channel: string; contact: ContactRow | null; outlet: Outlet | undefined } | undefined
  try {
    const turn = await sql.begin(async (tx): Promise<Turn> => {
      const now = clock()
      const locking = lockContactRow(tx, contactId, { skipBusy })
      if (skipBusy && (await locking).length === 0) return { kind: 'busy' }
      // Two statements in one round trip: the second sees what was committed while the first waited for the lock.
      const [[locked], [next, following]] = await Promise.all([locking, takeNext(tx, contactId, now)])
      if (locked === undefined || next === undefined) return { kind: 'done' }
      if (next.not_before !== null && next.not_before > now) return { kind: 'later', at: next.not_before }
      inHand = { id: next.id, channel: locked.channel, contact: null, outlet: undefined }
      const contact = openContact(options.secrets, locked)
      const stored = openJson(options.secrets.transitKey, next.sealed_body)
      if (contact !== null) {
        if (options.takeOver) inHand = { ...inHand, contact, outlet: openOutlet(tx) }
        await options.handle(tx, { inboxId: next.id, contact, update: storedUpdateSchema.parse(stored) }, now)
      } else if (await refileUpdate(tx, options.secrets, locked, next, stored)) {
        inHand = undefined
        return { kind: 'more' }
      }
      return { kind: following === undefined ? 'done' : 'more' }
    })
    if (inHand !== undefined) {
      metrics?.updatesHandled.inc({ channel: inHand.channel })
      metrics?.stepSeconds.observe((performance.now() - startedAt) / 1_000)
      if (inHand.contact && inHand.outlet) options.takeOver?.(inHand.contact, inHand.outlet)
      options.onHandled?.()
    }
    return turn
  } catch (error) {
    if (inHand === undefined || isPassingFault(error)) throw error
    metrics?.updatesFailed.inc({ channel: inHand.channel })
    return recordFailure(options, contactId, inHand.id, error, clock())
  }
}

/** Tries again later, longer each time; after the last try the contact's next update has its turn. */
async function recordFailure(
  options: WorkerOptions,
  contactId: string,
  id: number,
  error: unknown,
  now: Date,
): Promise<Turn> {
  const { sql, log } = options
  const [row] = await sql<{ attempts: number; not_before: Date | null }[]>`
    update inbox set attempts = attempts + 1,
      not_before = ${now}::timestamptz + make_interval(secs => power(2, attempts)),
      failed_at = case when attempts + 1 >= ${ATTEMPTS_MAX} then ${now}::timestamptz end
    where id = ${id} and handled_at is null and failed_at is null
    returning attempts, not_before`
  const attempts = row?.attempts ?? 0
  const isGivenUp = attempts >= ATTEMPTS_MAX
  log.error({ ...withoutWords(error), inboxId: id, attempts, isGivenUp }, 'an update could not be handled')
  if (isGivenUp) await sayTrouble(options, contactId, now)
  return isGivenUp || !row?.not_before ? { kind: 'more' } : { kind: 'later', at: row.not_before }
}

async function sayTrouble(
  { sql, secrets, apologise, log }: WorkerOptions,
  contactId: string,
  now: Date,
): Promise<void> {
  try {
    await sql.begin(async (tx) => {
      const [row] = await lockContactRow(tx, contactId, { skipBusy: false })
      const contact = row === undefined ? null : openContact(secrets, row)
      if (contact !== null) await apologise?.(tx, contact, now)
    })
  } catch (error) {
    log.error(withoutWords(error), 'an apology could not be queued')
  }
}

/** What the log may know of a failed step: the message of an error can hold what the person wrote. */
function withoutWords(error: unknown): { fault: string; code?: string; frames?: string[] } {
  if (!(error instanceof Error)) return { fault: typeof error }
  const frames = error.stack?.split('\n').filter((line) => /^\s+at /.test(line)) ?? []
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {}
  return { fault: error.name, ...code, frames: frames.slice(0, 6).map((line) => line.trim()) }
}
