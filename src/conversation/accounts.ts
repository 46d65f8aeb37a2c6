/** What a person does with their chats as a whole: joins them, parts them, takes a copy of what is kept. */
import { CODE_GOOD_FOR_MS, issueCode, spellCode } from '../accounts/codes.ts'
import { exportPath } from '../accounts/export-routes.ts'
import { partPerson, wholePerson } from '../accounts/join.ts'
import { unlinkAccount } from '../accounts/officer-accounts.ts'
import { storeExport } from '../accounts/store-export.ts'
import { LANGUAGES } from '../i18n.ts'
import type { Message } from '../messaging/message.ts'
import { forgetChat } from '../officer-chat/unlink.ts'
import { enqueue } from '../outbox/enqueue.ts'
import type { Performance } from './perform.ts'
import { placeWords } from './place-words.ts'
import { renderLine } from './render.ts'

/** Ways into a chat that a message can name. */
export interface AccountLinks {
  /** A link that opens the chat on Telegram with a code entered; null where there is none. */
  telegram(code: string): string | null
  /** Where the world reaches our pages; null while only this machine does. */
  publicUrl: string | null
}

export const NO_LINKS: AccountLinks = { telegram: () => null, publicUrl: null }

/** Chats that show any file to the person. */
const SHOWS_FILES = ['telegram', 'web']

export async function giveLinkCode({ tx, desk, turn, session, contact, links }: Performance): Promise<Message[]> {
  const { code } = await issueCode(tx, desk.secrets, { contactId: contact.id }, turn.situation.now)
  const values = { code: spellCode(code), minutes: CODE_GOOD_FOR_MS / 60_000 }
  const said = renderLine(turn, session, { key: 'accounts.code', values })
  const link = contact.channel === 'telegram' ? null : links.telegram(code)
  return link === null ? said : [...said, ...renderLine(turn, session, { key: 'accounts.codeLink', values: { link } })]
}

/** Whoever gave a code hears at once where it was entered, in case it was somebody else. */
export async function tellJoined({ tx, turn, contact, held }: Performance, contactId: string): Promise<void> {
  const { definitions, situation } = turn
  const host = held.find(({ id }) => id === contactId)
  if (host === undefined) return
  const language = LANGUAGES.find((one) => one === host.language) ?? 'vi'
  const channel = definitions.texts.text(language, `accounts.channel.${contact.channel}`)
  const text = definitions.texts.text(language, 'accounts.joinedHere', { channel })
  const message: Message = { text, actions: [], attachmentId: null }
  await enqueue(tx, { contact: host, author: 'bot', messages: [message], now: situation.now })
}

export async function part({ tx, turn, session, contact, held }: Performance): Promise<Message[]> {
  const people = wholePerson(contact, held)
  const wasOfficers = await unlinkAccount(tx, { contactId: contact.id })
  if (wasOfficers) await forgetChat(tx, contact.id, turn.situation.now)
  if (people.length > 1) await partPerson(tx, people, turn.situation.now)
  const key = people.length > 1 ? 'accounts.parted' : wasOfficers ? 'accounts.partedOfficer' : 'accounts.notJoined'
  return renderLine(turn, session, { key })
}

/** Two files, or links to them where the chat cannot carry them. */
export async function giveData({ tx, desk, turn, session, contact, held, links }: Performance): Promise<Message[]> {
  const { language } = session
  const [first, ...others] = wholePerson(contact, held)
  const words = {
    texts: turn.definitions.texts,
    language,
    communeName: (code: string) => placeWords(turn, code),
  }
  const isCarried = SHOWS_FILES.includes(contact.channel)
  if (!isCarried && links.publicUrl === null) return renderLine(turn, session, { key: 'accounts.export.elsewhere' })
  const stored = await storeExport(tx, desk, [first ?? contact, ...others], words, turn.situation.now)
  if (stored === null) return renderLine(turn, session, { key: 'accounts.export.tooOften' })
  if (!isCarried) {
    const link = (id: string) => `${links.publicUrl}${exportPath(desk.secrets, id)}`
    const values = { text: link(stored.textId), json: link(stored.jsonId) }
    return renderLine(turn, session, { key: 'accounts.export.links', values })
  }
  const withFile = (key: string, attachmentId: string) =>
    renderLine(turn, session, { key }).map((message) => ({ ...message, attachmentId }))
  return [...withFile('accounts.export.readable', stored.textId), ...withFile('accounts.export.machine', stored.jsonId)]
}
