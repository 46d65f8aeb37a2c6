import { type BroadcastContent, contentHash, contentSchema } from '../../src/broadcasts/broadcast.ts'
import { createBroadcastSender } from '../../src/broadcasts/send.ts'
import { newId } from '../../src/ids.ts'
import { createLog } from '../../src/log.ts'
import { productDefinitions } from './definitions.ts'
import type { Spine, Talk } from './talk.ts'

export interface SentBroadcast {
  kind: 'duty' | 'information'
  topic: string
  text: string
  buttons: BroadcastContent['buttons']
  unit: string | null
}

/** Sends a policy message to the person of a talk, as a process of the product does; its id. */
export async function sendBroadcast(spine: Spine, talk: Talk, sent: SentBroadcast): Promise<string> {
  const { sql, clock, desk, adapters } = spine
  const now = clock.now()
  const contactId = await contactOf(spine, talk)
  const content = contentSchema.parse({
    kind: sent.kind,
    topic: sent.topic,
    texts: { vi: { text: sent.text } },
    buttons: sent.buttons,
    audience: {},
  })
  const id = newId()
  // What is left of an earlier talk of this file is nobody's business now.
  await sql`update broadcasts set status = 'done', ended_at = ${now} where status = 'sending'`
  await sql`insert into broadcasts (id, status, kind, topic, unit_id, author_id, content, content_hash, started_at, frozen_at,
      last_seq, created_at, updated_at)
    values (${id}, 'sending', ${content.kind}, ${content.topic}, ${sent.unit}, ${newId()}, ${sql.json(content as never)},
      ${contentHash(content)}, ${now}, ${now}, 1, ${now}, ${now})`
  await sql`insert into broadcast_recipients (broadcast_id, contact_id, channel, account, state, not_before)
    select ${id}::uuid, id, channel, account, 'waiting', ${now}::timestamptz from contacts where id = ${contactId}`
  const sender = createBroadcastSender({
    sql,
    secrets: desk.secrets,
    clock,
    log: createLog('error'),
    texts: desk.texts,
    rules: productDefinitions().broadcastRules,
    account: { heldUntil: () => null, hold: () => {} },
    adapters: [adapters.telegram, adapters.web, adapters.zalo],
  })
  await sender.sendDue(now)
  await sender.stop()
  return id
}

export async function contactOf({ sql, desk, adapters }: Spine, { channel, address }: Talk): Promise<string> {
  const hash = desk.secrets.keyedHash('address', `${channel}\0${adapters[channel].account}\0${address}`)
  const [row] = await sql<{ id: string }[]>`select id from contacts where address_hash = ${hash}`
  return row?.id ?? ''
}
