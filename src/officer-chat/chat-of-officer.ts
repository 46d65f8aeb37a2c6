import type { Transaction } from '../db/client.ts'
import type { DeskServices } from '../desk/services.ts'
import { lockContactRows, openContact } from '../messaging/contact.ts'
import { pickWay } from '../messaging/reach.ts'
import type { Hand } from './hand.ts'
import { officerOfChat } from './store-chat.ts'

/**
 * The chat in which an officer is told something, held until the transaction ends. `none`: there is no chat that anything
 * reaches, or the officer has no desk in it. `busy`: somebody holds it just now.
 */
export async function holdChatOf(
  tx: Transaction,
  desk: DeskServices,
  officerId: string,
  now: Date,
): Promise<Hand | 'none' | 'busy'> {
  const chats = await tx<{ id: string; channel: string; is_unreachable: boolean; used_at: Date }[]>`
    select c.id, c.channel, c.unreachable_at is not null as is_unreachable, coalesce(s.used_at, l.linked_at) as used_at
    from officer_contacts l join contacts c on c.id = l.contact_id left join officer_chats s on s.contact_id = c.id
    where l.officer_id = ${officerId} and c.channel <> 'web' and c.erased_at is null
    order by l.linked_at, c.id`
  const ways = chats.map((row) => ({ ...row, isUnreachable: row.is_unreachable, usedAt: row.used_at }))
  const reachable = ways.filter(({ isUnreachable }) => !isUnreachable)
  const [first] = reachable
  if (first === undefined) return 'none'
  const contactId = pickWay(reachable, first.id, now)
  const [row] = await lockContactRows(tx, [contactId], { skipBusy: true })
  if (row === undefined) return 'busy'
  const contact = openContact(desk.secrets, row)
  const linked = await officerOfChat(tx, contactId)
  if (contact === null || linked === null || linked.officer.id !== officerId || linked.barred !== null) return 'none'
  const language = contact.language === 'en' ? 'en' : 'vi'
  return { tx, desk, officer: linked.officer, contact, held: [contactId], language, now }
}
