import type { Clock } from '../clock.ts'
import type { Sql } from '../db/client.ts'
import type { Logger } from '../log.ts'

/** Where an adapter writes down what an administrator has to know of its account. Nobody waits for it, and it never fails. */
export interface AccountLog {
  /** Something that only a person can mend. `detail` holds no token and nothing that anybody said. */
  alarm(code: string, detail: string): void
  /** It works again. */
  mended(code: string): void
  /** A call came with a wrong signature. */
  signatureFailed(): void
}

export const NO_ACCOUNT_LOG: AccountLog = { alarm() {}, mended() {}, signatureFailed() {} }

const DETAIL_MAX = 200
/** A fault that comes with every call is written down no more often than this. */
const REPEAT_MS = 10_000

export interface AccountLogOptions {
  sql: Sql
  clock: Clock
  log: Pick<Logger, 'warn'>
  channel: string
  account: string
}

export function createAccountLog({ sql, clock, log, channel, account }: AccountLogOptions): AccountLog {
  const writtenAt = new Map<string, number>()
  const isRepeat = (what: string) => {
    const at = clock.now().getTime()
    if (at - (writtenAt.get(what) ?? Number.NEGATIVE_INFINITY) < REPEAT_MS) return true
    writtenAt.set(what, at)
    return false
  }
  const write = (work: PromiseLike<unknown>) =>
    void Promise.resolve(work).catch((error: unknown) =>
      log.warn({ err: error, channel }, 'the state of a channel could not be written down'),
    )
  return {
    alarm(code, detail) {
      if (isRepeat(code)) return
      const at = clock.now()
      write(sql`
        insert into channel_alarms (channel, account, code, detail, count, first_at, last_at)
        values (${channel}, ${account}, ${code}, ${detail.slice(0, DETAIL_MAX)}, 1, ${at}, ${at})
        on conflict (channel, account, code) do update
        set detail = excluded.detail, count = channel_alarms.count + 1, last_at = excluded.last_at`)
    },
    mended(code) {
      writtenAt.delete(code)
      write(sql`delete from channel_alarms where channel = ${channel} and account = ${account} and code = ${code}`)
    },
    signatureFailed() {
      if (isRepeat('signature')) return
      const at = clock.now()
      write(sql`
        insert into signature_failures (channel, account, last_at) values (${channel}, ${account}, ${at})
        on conflict (channel, account) do update set last_at = excluded.last_at`)
    },
  }
}
