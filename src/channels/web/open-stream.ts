import { PassThrough, type Readable } from 'node:stream'
import type { Sql } from '../../db/client.ts'
import type { Logger } from '../../log.ts'
import type { Secrets } from '../../secrets.ts'
import { talkKey } from './address.ts'
import type { Cursor } from './cursor.ts'
import type { Notices, Wake } from './notices.ts'
import { streamTalk } from './stream.ts'
import { findContact, readTalk, type WebContact } from './talk.ts'

export interface OpenedPage {
  address: string
  cursor: Cursor | null
  /** Tells when the page went away. */
  gone(listener: () => void): void
  /** Aborted when the server stops. */
  closing: AbortSignal
}

/** Null when this person has too many pages open. */
export function openStream(
  services: { sql: Sql; secrets: Secrets; log: Pick<Logger, 'warn'> },
  notices: Notices,
  { address, cursor, gone, closing }: OpenedPage,
): Readable | null {
  let wake: Wake = () => {}
  const unsubscribe = notices.subscribe(talkKey(services.secrets, address), (isNews) => wake(isNews))
  if (unsubscribe === null) return null

  const left = new AbortController()
  gone(() => left.abort())
  const body = new PassThrough()
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
  }).finally(() => body.end())
  return body
}
