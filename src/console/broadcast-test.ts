import { accountsOfOfficer } from '../accounts/officer-accounts.ts'
import { recordAudit } from '../audit/record.ts'
import { actionIdOf } from '../broadcasts/actions.ts'
import { composeMessage } from '../broadcasts/compose-message.ts'
import type { Broadcast } from '../broadcasts/store.ts'
import { openContact } from '../messaging/contact.ts'
import { beginAnew, lockPerson } from '../messaging/person.ts'
import { mayApproveBroadcasts, mayWriteBroadcasts, type Officer } from '../officers/permissions.ts'
import { enqueue } from '../outbox/enqueue.ts'
import type { ConsoleServices } from './visit.ts'

/** Sends the message to the chats that the officer linked with their account, in each language that it is written in. */
export async function sendTest(
  services: ConsoleServices,
  officer: Officer,
  { id, content }: Broadcast,
  now: Date,
): Promise<'sent' | 'no-chat' | 'forbidden'> {
  if (!mayWriteBroadcasts(officer) && !mayApproveBroadcasts(officer)) return 'forbidden'
  const { sql, secrets, texts } = services
  const accounts = (await accountsOfOfficer(sql, officer.id)).filter(({ isUnreachable }) => !isUnreachable)
  let isSent = false
  for (const { contactId } of accounts) {
    const sent = await beginAnew(sql, async (tx) => {
      const row = (await lockPerson(tx, contactId)).find((one) => one.id === contactId)
      const contact = row === undefined ? null : openContact(secrets, row)
      if (contact === null) return false
      const languages = content.texts.en === undefined ? (['vi'] as const) : (['vi', 'en'] as const)
      const messages = languages.map((language) => {
        const idOf = (tap: Parameters<typeof actionIdOf>[2]) => actionIdOf(secrets, contactId, tap)
        const message = composeMessage(content, language, texts, idOf, id)
        return { ...message, text: `${texts.text(language, 'broadcasts.testMark')}\n\n${message.text}` }
      })
      await enqueue(tx, { contact: { id: contactId, key: contact.key }, author: 'desk', messages, now })
      const about = { subjectKind: 'broadcast', subjectId: id }
      await recordAudit(tx, { actorId: officer.id, action: 'broadcast-tested', ...about }, now)
      return true
    })
    isSent ||= sent
  }
  return isSent ? 'sent' : 'no-chat'
}
