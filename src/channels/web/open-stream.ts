import { PassThrough, type Readable } from 'node:stream'
import type { Sql } from '../../db/client.ts'
import type { Logger } from '../../log.ts'
import type { Secrets } from '../../secrets.ts'
import { talkKey } from './address.ts'
import type { Cursor } from './cursor.ts'
import type { StreamLimits } from './limits.ts'
import type { Notices, Wake } from './notices.ts'
import { streamTalk } from './stream.ts'
import { findContact, readTalk, type WebContact } from './talk.ts'

export interface OpenedPage {
  address: string
  cursor: Cursor | null
  /** Where the call comes from. */
  from: string
  /** Tells when the page went away. */
  gone(listener: () => void): void
  /** Aborted when the server stops. */
  closing: AbortSignal
}

/** A page that had to make room for newer ones: it comes back when somebody looks at it, not at once. */
const REPLACED = 'retry: 20000\nevent: replaced\ndata: {}\n\n'

export function openStream(
  services: { sql: Sql; secrets: Secrets; log: Pick<Logger, 'warn'> },
  { notices, limits }: { notices: Notices; limits: StreamLimits },
  { address, from, cursor, gone, closing }: OpenedPage,
): Readable {
  let wake: Wake = () => {}
  const talk = talkKey(services.secrets, address)
  const unsubscribe = notices.subscribe(talk, (isNews) => wake(isNews))
  const left = new AbortController()
  const body = new PassThrough()
  const leave = limits.enter({ talk, address: from }, () => {
    body.write(REPLACED)
    left.abort()
  })
  gone(() => left.abort())
  let contact: WebContact | null = null
  void streamTalk({
    async read(from) {
      contact = await findContact(services, address)
      return contact === null ? null : readTalk(services, contact, from)
    },
    language: () => contact?.language ?? null,
    cursor,
    write: (text) => void body.write(text),
    subscribe(listener) {
      wake = listener
      return unsubscribe
    },
    signal: AbortSignal.any([left.signal, closing]),
    log: services.log,
  }).finally(() => {
    leave()
    body.end()
  })
  return body
}
