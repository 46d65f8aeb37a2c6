import type { Clock } from '../clock.ts'
import type { Sql, Transaction } from '../db/client.ts'
import type { Logger } from '../log.ts'
import { type LockedContact, lockContact } from '../messaging/contact.ts'
import { type StoredUpdate, storedUpdateSchema } from '../messaging/update.ts'
import { openJson, type Secrets } from '../secrets.ts'

export interface WorkerServices {
  sql: Sql
  secrets: Secrets
  clock: Clock
  log: Logger
  /** Handles one update inside the transaction that holds the contact's lock. */
  handle(tx: Transaction, contact: LockedContact, update: StoredUpdate, now: Date): Promise<void>
  /** Contacts handled at the same time; each takes a connection. */
  concurrency?: number
  onHandled?(channel: string, outcome: 'handled' | 'failed', milliseconds: number): void
}

export interface Worker {
  /** Handles what waits for these contacts, soon. */
  wake(contactIds: readonly string[]): void
  /** Looks for updates that nobody was woken for (left by a process that died), until `stop`. */
  start(): void
  /** Resolves when the steps in hand are done. */
  stop(): Promise<void>
  /** Handles everything that is due now; for tests and for a calm stop. */
  handleDue(): Promise<void>
}

const SWEEP_MS = 500
const SWEEP_LIMIT = 200
const MOST_ATTEMPTS = 5
const FIRST_BACKOFF_MS = 200

type Turn = 'handled' | 'nothing'

/**
 * Takes one contact's updates in order, one at a time over all processes: the contact's row is the lock. A step that
 * fails is tried again later and holds up nobody but its own contact; after some tries it is set aside.
 */
export function createWorker({ sql, secrets, clock, log, handle, concurrency = 6, onHandled }: WorkerServices): Worker {
  const queue: string[] = []
  /** Contact → whether to wait for its lock. A contact found by the sweep may be in another process's hands. */
  const queued = new Map<string, boolean>()
  const running = new Map<string, Promise<void>>()
  const again = new Set<string>()
  let timer: NodeJS.Timeout | undefined
  let isStopping = false
  let steps = 0

  const handleOne = (contactId: string, wait: boolean): Promise<Turn> =>
    sql.begin(async (tx): Promise<Turn> => {
      const now = clock.now()
      const [contact, [row]] = await Promise.all([
        lockContact(tx, secrets, contactId, { wait }),
        tx<{ id: number; sealed_body: Buffer; not_before: Date | null }[]>`select id, sealed_body, not_before from inbox
          where contact_id = ${contactId} and handled_at is null and failed_at is null order by id limit 1`,
      ])
      if (!contact || !row || (row.not_before !== null && row.not_before > now)) return 'nothing'
      if (contact !== 'erased') {
        const started = performance.now()
        try {
          await handle(tx, contact, storedUpdateSchema.parse(openJson(secrets.transitKey, row.sealed_body)), now)
        } catch (error) {
          throw new StepFailed(row.id, contact.channel, error)
        }
        onHandled?.(contact.channel, 'handled', performance.now() - started)
      }
      await tx`update inbox set handled_at = ${now}, sealed_body = null where id = ${row.id}`
      return 'handled'
    }) as Promise<Turn>

  const handleAll = async (contactId: string, wait: boolean): Promise<void> => {
    for (;;) {
      try {
        if ((await handleOne(contactId, wait)) === 'handled') {
          steps++
          continue
        }
      } catch (error) {
        if (!(error instanceof StepFailed)) {
          log.error({ err: error }, 'the database did not take a step; it stays in the inbox')
          return
        }
        onHandled?.(error.channel, 'failed', 0)
        await setBack(error).catch((cause: unknown) => log.error({ err: cause }, 'a failed step could not be noted'))
        return
      }
      if (!again.delete(contactId)) return
    }
  }

  const setBack = async (failure: StepFailed): Promise<void> => {
    const now = clock.now()
    const [row] = await sql<{ attempts: number }[]>`update inbox set attempts = attempts + 1,
        not_before = ${now}::timestamptz + ${FIRST_BACKOFF_MS} * power(4, attempts) * interval '1 millisecond',
        failed_at = case when attempts + 1 >= ${MOST_ATTEMPTS} then ${now}::timestamptz end
      where id = ${failure.inboxId} returning attempts`
    log.error({ err: failure.cause, inboxId: failure.inboxId, attempts: row?.attempts }, 'a step failed')
  }

  const pump = (): void => {
    while (running.size < concurrency && queue.length > 0) {
      const contactId = queue.shift()
      if (contactId === undefined) return
      const wait = queued.get(contactId) ?? true
      queued.delete(contactId)
      if (running.has(contactId)) {
        again.add(contactId)
        continue
      }
      const work = handleAll(contactId, wait).finally(() => {
        running.delete(contactId)
        if (again.delete(contactId)) wake([contactId])
        pump()
      })
      running.set(contactId, work)
    }
  }

  const wake = (contactIds: readonly string[], wait = true): void => {
    for (const id of contactIds) {
      if (running.has(id)) again.add(id)
      else if (!queued.has(id)) queue.push(id)
      if (!running.has(id)) queued.set(id, wait || (queued.get(id) ?? false))
    }
    pump()
  }

  const sweep = async (): Promise<void> => {
    const rows = await sql<{ contact_id: string }[]>`select distinct contact_id from (
        select contact_id from inbox where handled_at is null and failed_at is null
          and (not_before is null or not_before <= ${clock.now()}) order by contact_id limit ${SWEEP_LIMIT * 5}
      ) as left_over limit ${SWEEP_LIMIT}`
    wake(
      rows.map((row) => row.contact_id),
      false,
    )
  }

  const idle = async (): Promise<void> => {
    while (running.size > 0 || queue.length > 0) {
      pump()
      await Promise.race(running.values())
    }
  }

  const loop = (): void => {
    if (isStopping) return
    timer = setTimeout(() => {
      sweep()
        .catch((error: unknown) => log.error({ err: error }, 'the inbox cannot be read'))
        .finally(loop)
    }, SWEEP_MS)
    timer.unref()
  }

  return {
    wake,
    start: loop,
    stop: async () => {
      isStopping = true
      clearTimeout(timer)
      queue.length = 0
      queued.clear()
      await Promise.all(running.values())
    },
    handleDue: async () => {
      let before = -1
      while (before !== steps) {
        before = steps
        await idle()
        await sweep()
        await idle()
      }
    },
  }
}

/** A step that threw; the transaction is rolled back, the update waits. */
class StepFailed extends Error {
  readonly inboxId: number
  readonly channel: string

  constructor(inboxId: number, channel: string, cause: unknown) {
    super(`Step of update ${inboxId} failed`, { cause })
    this.name = 'StepFailed'
    this.inboxId = inboxId
    this.channel = channel
  }
}
