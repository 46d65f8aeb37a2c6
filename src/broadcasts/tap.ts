/** What a person does with a policy message that reached them, noted on their row of it. */
import type { Transaction } from '../db/client.ts'
import { list } from '../db/list.ts'
import type { Texts } from '../i18n.ts'
import type { Secrets } from '../secrets.ts'
import { foldName } from '../territory/fold-name.ts'
import { type BroadcastTap as ShownTap, tapOf } from './actions.ts'
import { type BroadcastContent, contentSchema } from './broadcast.ts'
import { composeMessage } from './compose-message.ts'

/** Longer words are no button's. */
const LONGEST_LABEL = 40

/** What a button under a policy message does; `stop` is as good as the word. */
export type TapEffect =
  | { kind: 'understood' }
  | { kind: 'stop' }
  | { kind: 'opens'; opens: 'screening' | 'topic' | 'programme'; id: string | null }

export interface BroadcastTap {
  broadcastId: string
  does: TapEffect
}

/** `tapped`: a way into a talk; `understood`: "Đã rõ"; `replied`: words to the unit; `quoted`: named by a quote. */
export type Hearing = 'tapped' | 'understood' | 'replied' | 'quoted'

/** Of a person, by all their contacts. */
export interface Heard {
  broadcastId: string
  contactIds: readonly string[]
}

/**
 * Whoever answers a message has got it: a row whose send had no known outcome is settled by it. The first time counts,
 * whatever comes later.
 */
export async function noteHeard(tx: Transaction, heard: Heard, hearing: Hearing, now: Date): Promise<void> {
  const isTap = hearing === 'tapped' || hearing === 'understood'
  await tx`update broadcast_recipients set
      tapped_at = case when ${isTap} then coalesce(tapped_at, ${now}::timestamptz) else tapped_at end,
      understood_at = case when ${hearing === 'understood'} then coalesce(understood_at, ${now}::timestamptz) else understood_at end,
      replied_at = case when ${hearing === 'replied'} then coalesce(replied_at, ${now}::timestamptz) else replied_at end,
      state = case when state in ('sent', 'uncertain') then 'confirmed' else state end,
      settled_at = case when state in ('sent', 'uncertain') then coalesce(settled_at, ${now}::timestamptz) else settled_at end
    where broadcast_id = ${heard.broadcastId} and contact_id = any (${list(tx, heard.contactIds)}::uuid[])`
}

/** The meaning of a tapped button; null when it is none of a policy message that this contact was shown. */
export async function readTap(
  tx: Transaction,
  secrets: Secrets,
  contactId: string,
  actionId: string,
): Promise<BroadcastTap | null> {
  const tap = tapOf(secrets, contactId, actionId)
  if (tap === null) return null
  const content = tap.kind === 'button' ? await contentOf(tx, tap.broadcastId) : null
  return meaningOf(tap, content)
}

/** The same for the number or the words of a button, typed as the next thing after the message. */
export async function typedTap(
  tx: Transaction,
  { broadcastId, language, typed }: { broadcastId: string; language: string; typed: string },
  texts: Texts,
): Promise<BroadcastTap | null> {
  const words = foldName(typed)
  if (words === '' || words.length > LONGEST_LABEL) return null
  const content = await contentOf(tx, broadcastId)
  if (content === null) return null
  const taps: ShownTap[] = []
  const shown = (tap: ShownTap) => String(taps.push(tap))
  const { actions } = composeMessage(content, language, texts, shown, broadcastId)
  const place = /^\d{1,2}$/.test(words)
    ? Number(words) - 1
    : actions.findIndex(({ label }) => foldName(label) === words)
  const id = actions[place]?.id
  const tap = id === undefined ? undefined : taps[Number(id) - 1]
  return tap === undefined ? null : meaningOf(tap, content)
}

function meaningOf(tap: ShownTap, content: BroadcastContent | null): BroadcastTap | null {
  const { broadcastId } = tap
  if (tap.kind !== 'button') return { broadcastId, does: { kind: tap.kind } }
  const button = content?.buttons[tap.place]
  return button === undefined ? null : { broadcastId, does: { kind: 'opens', opens: button.opens, id: button.id } }
}

async function contentOf(tx: Transaction, broadcastId: string): Promise<BroadcastContent | null> {
  const [row] = await tx<{ content: unknown }[]>`select content from broadcasts where id = ${broadcastId}`
  return row === undefined ? null : contentSchema.parse(row.content)
}
