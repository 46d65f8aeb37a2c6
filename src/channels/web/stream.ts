import type { Logger } from '../../log.ts'
import type { Cursor } from './cursor.ts'
import type { Wake } from './notices.ts'
import type { TalkPart } from './talk.ts'

const HEARTBEAT_MS = 15_000
/** The comment keeps proxies from closing the line; a page cannot see comments, so it gets an event as well. */
const HEARTBEAT = ': still here\nevent: beat\ndata: {}\n\n'
/** Without a notice; one that was lost costs the person this long. */
const LOOK_EVERY_MS = 5_000
/** After a notice the record of what it told of may be a moment away. */
const LOOK_SOON_MS = 20
const LOOK_SOON_AT_MOST_MS = 500
const EXPECT_FOR_MS = 4_000

export interface StreamOptions {
  /** Null while nothing is known of the person: there is no talk yet. */
  read(cursor: Cursor | null): Promise<TalkPart | null>
  language(): string | null
  cursor: Cursor | null
  write(text: string): void
  subscribe(wake: Wake): () => void
  signal: AbortSignal
  log: Pick<Logger, 'warn'>
}

/**
 * One open page: the talk so far, `ready`, then each message when it is there. Ends with the signal. While the database
 * does not answer, the page keeps its stream and its place.
 */
export async function streamTalk(options: StreamOptions): Promise<void> {
  const { write, signal, log } = options
  let { cursor } = options
  let isReady = false
  let language: string | null = null
  let expectUntil = 0
  let pauseMs = LOOK_SOON_MS
  let next = Promise.withResolvers<void>()
  const wake: Wake = (isNews) => {
    if (isNews) {
      expectUntil = performance.now() + EXPECT_FOR_MS
      pauseMs = LOOK_SOON_MS
    }
    next.resolve()
  }
  const unsubscribe = options.subscribe(wake)
  const heartbeat = setInterval(() => write(HEARTBEAT), HEARTBEAT_MS)
  const end = () => next.resolve()
  signal.addEventListener('abort', end)
  write('retry: 2000\n\n')

  while (!signal.aborted) {
    let hasNews = false
    let isWaiting = false
    try {
      const part = await options.read(cursor)
      if (signal.aborted) break
      for (const { message, cursor: id } of part?.messages ?? []) {
        write(`id: ${id}\nevent: message\ndata: ${JSON.stringify(message)}\n\n`)
        hasNews = true
      }
      if (!isReady) write(event('ready', { empty: part === null || (cursor === null && part.messages.length === 0) }))
      isReady = true
      if (options.language() !== language) {
        language = options.language()
        write(event('language', { language }))
      }
      cursor = part?.cursor ?? cursor
      isWaiting = part?.isWaiting ?? false
    } catch (error) {
      log.warn({ err: error, channel: 'web' }, 'a talk could not be read')
    }
    const isExpecting = performance.now() < expectUntil && (isWaiting || !hasNews)
    await timeOrWake(isExpecting ? pauseMs : LOOK_EVERY_MS, next.promise)
    pauseMs = Math.min(pauseMs * 1.6, LOOK_SOON_AT_MOST_MS)
    next = Promise.withResolvers()
  }
  clearInterval(heartbeat)
  unsubscribe()
  signal.removeEventListener('abort', end)
}

function event(name: string, data: unknown): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`
}

async function timeOrWake(ms: number, woken: Promise<void>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, ms)
  await Promise.race([promise, woken])
  clearTimeout(timer)
}
