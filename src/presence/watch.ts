/**
 * Keeps the open ticket pages of this process up to date: one look a second at all of their tickets together, however
 * many pages stand open, and none at all while there is none. Other processes are seen through the database alone.
 */
import type { Clock } from '../clock.ts'
import type { Sql } from '../db/client.ts'
import { list } from '../db/list.ts'
import type { Logger } from '../log.ts'
import { keepLooking, type Looker, lookersOf, stopLooking } from './presence.ts'

export interface OpenPage {
  ticketId: number
  officerId: string
  /** The last `activity.seq` that the page shows. */
  shown: number
  /** The ticket went on: the page is behind. Told once for each step. */
  onNews(seq: number): void
  /** Who else looks at the ticket, by name; told when it changes, and first of all. */
  onLookers(names: readonly string[]): void
  /** Whether the officer may still see the ticket; asked now and then. */
  maySee(): Promise<boolean>
  /** They may not: the page is let go. */
  onEnd(): void
}

export interface TicketWatch {
  /** Returns what closes the page. */
  open(page: OpenPage): () => Promise<void>
  /** One look at everything now; the timer calls it. */
  look(): Promise<void>
  close(): void
}

const LOOK_EVERY_MS = 1_000
/** A third of the lease: two lost looks harm nobody. */
const RENEW_EVERY_MS = 10_000

export function createTicketWatch(
  { sql, clock, log }: { sql: Sql; clock: Clock; log: Pick<Logger, 'warn'> },
  everyMs = LOOK_EVERY_MS,
): TicketWatch {
  const pages = new Map<OpenPage, string | null>()
  let timer: NodeJS.Timeout | null = null
  let isLooking = false
  let renewedAt = 0

  const start = () => {
    if (timer === null && everyMs > 0) timer = setInterval(() => void tryLook(), everyMs)
  }
  const stop = () => {
    if (timer !== null) clearInterval(timer)
    timer = null
  }
  const tryLook = async () => {
    if (isLooking) return
    isLooking = true
    await look().catch((error: unknown) => log.warn({ err: error }, 'open tickets could not be looked at'))
    isLooking = false
  }

  const look = async () => {
    const open = [...pages.keys()]
    if (open.length === 0) return
    const now = clock.now()
    if (performance.now() - renewedAt > RENEW_EVERY_MS || renewedAt === 0) {
      renewedAt = performance.now()
      await keepLooking(sql, open, now)
      await Promise.all(open.map(letGo))
    }
    const ids = [...new Set(open.map(({ ticketId }) => ticketId))]
    const [rows, lookers] = await Promise.all([
      sql<{ id: number; lastSeq: number }[]>`
        select id, last_seq as "lastSeq" from tickets where id = any (${list(sql, ids)}::bigint[])`,
      lookersOf(sql, ids, now),
    ])
    const lastSeqs = new Map(rows.map(({ id, lastSeq }) => [id, lastSeq]))
    for (const page of open) if (pages.has(page)) tell(page, lastSeqs.get(page.ticketId) ?? 0, lookers)
  }

  const tell = (page: OpenPage, lastSeq: number, lookers: readonly Looker[]) => {
    if (lastSeq > page.shown) {
      page.shown = lastSeq
      page.onNews(lastSeq)
    }
    const others = lookers.filter(
      ({ ticketId, officerId }) => ticketId === page.ticketId && officerId !== page.officerId,
    )
    const told = others.map(({ officerId }) => officerId).join()
    if (pages.get(page) === told) return
    pages.set(page, told)
    page.onLookers(others.map(({ name }) => name))
  }

  const letGo = async (page: OpenPage) => {
    if ((await page.maySee()) || !pages.delete(page)) return
    page.onEnd()
  }

  return {
    look,
    open(page) {
      pages.set(page, null)
      void keepLooking(sql, [page], clock.now())
        .then(tryLook)
        .catch(() => {})
      start()
      return async () => {
        pages.delete(page)
        if (pages.size === 0) stop()
        const isOpenElsewhere = [...pages.keys()].some(
          (other) => other.ticketId === page.ticketId && other.officerId === page.officerId,
        )
        if (!isOpenElsewhere) await stopLooking(sql, page).catch(() => {})
      }
    },
    close: stop,
  }
}
