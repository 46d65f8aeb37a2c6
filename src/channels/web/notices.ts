/**
 * "Look again": from whichever process changed a talk to the processes whose streams show it. A notice may come before
 * what it tells of is committed, and may be lost; streams look again by themselves.
 */
import type { Sql } from '../../db/client.ts'
import type { Logger } from '../../log.ts'

const CHANNEL = 'web_messages'

export async function notifyTalk(sql: Sql, talk: string): Promise<void> {
  await sql`select pg_notify(${CHANNEL}, ${talk})`.catch(() => {})
}

/** Look again: at once and for a while when there is news, or once because some may have been missed. */
export type Wake = (isNews: boolean) => void

export interface Notices {
  /** Returns what ends it. */
  subscribe(talk: string, wake: Wake): () => void
  close(): Promise<void>
}

export function createNotices(sql: Sql, log: Pick<Logger, 'warn'>): Notices {
  const talks = new Map<string, Set<Wake>>()
  let listening: Promise<{ unlisten(): Promise<void> } | null> | null = null

  const listen = () =>
    sql
      .listen(
        CHANNEL,
        (talk) => wakeAll(talks.get(talk) ?? [], true),
        // Also after the connection was lost and found again: what was missed meanwhile is read now.
        () =>
          wakeAll(
            [...talks.values()].flatMap((wakes) => [...wakes]),
            false,
          ),
      )
      .catch((error: unknown) => {
        log.warn({ err: error, channel: 'web' }, 'notices of new messages are not heard')
        listening = null
        return null
      })

  return {
    subscribe(talk, wake) {
      const wakes = talks.get(talk) ?? new Set()
      talks.set(talk, wakes.add(wake))
      listening ??= listen()
      return () => {
        wakes.delete(wake)
        if (wakes.size === 0) talks.delete(talk)
      }
    },
    async close() {
      const listener = await listening
      await listener?.unlisten().catch(() => {})
    },
  }
}

function wakeAll(wakes: Iterable<Wake>, isNews: boolean): void {
  for (const wake of wakes) wake(isNews)
}
