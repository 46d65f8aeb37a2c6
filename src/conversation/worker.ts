/**
 * Takes stored updates to the engine: one contact's in order and one at a time, however many processes share the
 * database, many contacts at once. Whatever an update causes is committed together with the mark that it was handled.
 */
import { setTimeout as pause } from 'node:timers/promises'
import type { Clock } from '../clock.ts'
import type { Transaction } from '../db/client.ts'
import { isPassingFault } from '../db/faults.ts'
import type { Logger } from '../log.ts'
import { type ContactRow, lockContactRows, openContact } from '../messaging/contact.ts'
import { createLookout } from './left-behind.ts'
import { type Turn, type TurnOptions, takeTurns } from './take-turns.ts'

/** Says something kind to a person whose words could not be handled after all tries. */
export type Apologise = (tx: Transaction, contact: ContactRow, now: Date) => Promise<unknown>

export interface WorkerOptions extends Omit<TurnOptions, 'onFailed' | 'log'> {
  clock: Clock
  apologise?: Apologise
  log: Pick<Logger, 'warn' | 'error'>
  /** Turns at once, each with a connection; 4 unless told. When more contacts wait, a turn takes several of them. */
  concurrency?: number
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

const CONCURRENCY = 4
const TOGETHER_MAX = 16
const LOOK_EVERY_MS = 500
/** Younger updates are on their way in the process that stored them. */
const LEFT_BEHIND_MS = 300
const ATTEMPTS_MAX = 5
const FAULT_PAUSE_MS = 100
const FAULT_PAUSE_MAX_MS = 5_000

/** `skipBusy`: a lock that somebody else holds is not waited for. `alone`: not together with others. */
interface Waiting {
  skipBusy: boolean
  alone: boolean
}

export function createWorker(given: WorkerOptions): Worker {
  const { sql, clock, log } = given
  const concurrency = given.concurrency ?? CONCURRENCY
  const leftBehind = createLookout(sql)
  const options: TurnOptions = {
    ...given,
    onFailed: (contactId, inboxId, error, now) => recordFailure(given, contactId, inboxId, error, now),
  }
  /** In the order of their turns. */
  const queue = new Map<string, Waiting>()
  /** True: something new came during the turn. */
  const running = new Map<string, boolean>()
  let turnsUnderWay = 0
  const later = new Set<NodeJS.Timeout>()
  const stopping = new AbortController()
  let idlers: (() => void)[] = []
  let looking: Promise<void> | undefined

  function enqueueTurn(contactId: string, waiting: Waiting): void {
    if (running.has(contactId)) {
      if (!waiting.skipBusy) running.set(contactId, true)
      return
    }
    const known = queue.get(contactId)
    queue.set(contactId, {
      skipBusy: waiting.skipBusy && (known?.skipBusy ?? true),
      alone: waiting.alone || (known?.alone ?? false),
    })
  }

  function serve(): void {
    while (turnsUnderWay < concurrency && queue.size > 0 && !stopping.signal.aborted) {
      const next = takeNextOfQueue()
      for (const id of next.keys()) running.set(id, false)
      turnsUnderWay += 1
      void serveContacts(next)
    }
    if (turnsUnderWay === 0 && (queue.size === 0 || stopping.signal.aborted)) {
      for (const resolve of idlers) resolve()
      idlers = []
    }
  }

  /** One contact while there are turns for all who wait; several in one turn when there are not. */
  function takeNextOfQueue(): Map<string, Waiting> {
    const most = Math.min(TOGETHER_MAX, Math.ceil(queue.size / concurrency))
    const next = new Map<string, Waiting>()
    for (const [id, waiting] of queue) {
      if (next.size > 0 && (next.size >= most || waiting.alone)) break
      next.set(id, waiting)
      queue.delete(id)
      if (waiting.alone) break
    }
    return next
  }

  async function serveContacts(contacts: ReadonlyMap<string, Waiting>): Promise<void> {
    const skipBusy = [...contacts.values()].every((waiting) => waiting.skipBusy)
    const turns = await takeTurnsPatiently([...contacts.keys()], skipBusy)
    turnsUnderWay -= 1
    for (const [id, waiting] of contacts) {
      const turn = turns.get(id)
      const isWokenAgain = running.get(id) === true
      running.delete(id)
      if (turn?.kind === 'alone' && !stopping.signal.aborted) enqueueTurn(id, { ...waiting, alone: true })
      else if (turn?.kind === 'more' || isWokenAgain) enqueueTurn(id, { skipBusy: false, alone: false })
      else if (turn?.kind === 'later') wakeAt(id, turn.at)
    }
    serve()
  }

  function wakeAt(contactId: string, at: Date): void {
    if (stopping.signal.aborted) return
    const timer = setTimeout(
      () => {
        later.delete(timer)
        enqueueTurn(contactId, { skipBusy: false, alone: false })
        serve()
      },
      Math.max(0, at.getTime() - clock.now().getTime()),
    )
    later.add(timer)
  }

  /** A database that is away is waited for: what is stored cannot get lost, and there is nothing better to do. */
  async function takeTurnsPatiently(
    contactIds: readonly string[],
    skipBusy: boolean,
  ): Promise<ReadonlyMap<string, Turn>> {
    let pauseMs = FAULT_PAUSE_MS
    while (!stopping.signal.aborted) {
      try {
        return await takeTurns(options, contactIds, skipBusy, () => clock.now())
      } catch (error) {
        if (!isPassingFault(error)) {
          log.error({ ...withoutWords(error), contactIds }, 'a turn failed')
          break
        }
        log.warn({ err: error, pauseMs }, 'the database is away, updates wait')
        await pause(pauseMs, undefined, { signal: stopping.signal }).catch(() => {})
        pauseMs = Math.min(pauseMs * 2, FAULT_PAUSE_MAX_MS)
      }
    }
    return new Map()
  }

  async function lookAgainAndAgain(): Promise<void> {
    while (!stopping.signal.aborted) {
      await pause(LOOK_EVERY_MS, undefined, { signal: stopping.signal }).catch(() => {})
      if (stopping.signal.aborted) return
      try {
        const now = clock.now()
        for (const id of await leftBehind(now, LEFT_BEHIND_MS)) {
          enqueueTurn(id, { skipBusy: true, alone: false })
        }
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
      for (const id of contactIds) enqueueTurn(id, { skipBusy: false, alone: false })
      serve()
    },
    idle,
    async handleDue(now) {
      await idle()
      for (;;) {
        const ids = await leftBehind(now, 0)
        if (ids.length === 0) return
        for (const id of ids) {
          while ((await takeTurns(options, [id], false, () => now)).get(id)?.kind === 'more');
        }
      }
    },
    async stop() {
      stopping.abort()
      for (const timer of later) clearTimeout(timer)
      await Promise.all([looking, idle()])
    },
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
      const [row] = await lockContactRows(tx, [contactId], { skipBusy: false })
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
