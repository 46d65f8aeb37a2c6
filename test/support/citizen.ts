import type { Update as TelegramUpdate } from 'grammy/types'
import { translate } from '../../src/channels/telegram/translate.ts'
import { telegramUpdateSchema } from '../../src/channels/telegram/update-schema.ts'
import { fileTicket } from '../../src/desk/file-ticket.ts'
import type { Update } from '../../src/messaging/update.ts'
import { communesToday } from '../../src/territory/communes-today.ts'
import type { FakePerson } from '../fakes/telegram.ts'
import type { Spine } from './talk.ts'

export const commune = (spine: Spine) => communesToday(spine.desk.territory)[0]?.code ?? ''

/** What Telegram tells of somebody, as we take it in. */
export function fromTelegram(spine: Spine, ...updates: TelegramUpdate[]): Update[] {
  return updates.flatMap((update) => {
    const ours = translate(telegramUpdateSchema.parse(update), spine.adapters.telegram.account)
    return ours === null ? [] : [ours]
  })
}

export interface Citizen {
  readonly chatId: number
  readonly person: FakePerson
  /** Takes in what they did. */
  does(update: Promise<TelegramUpdate> | Promise<TelegramUpdate[]>): Promise<void>
  says(text: string): Promise<void>
  /** What they got from us since this was last asked. */
  hears(): string[]
  contactId(): Promise<string>
}

let people = 0

/** Somebody on Telegram, over the whole spine. */
export function aCitizen(spine: Spine): Citizen {
  const chatId = 900_000 + ++people
  const person = spine.telegram.person(chatId)
  let heard = 0
  const does: Citizen['does'] = async (update) => {
    await spine.take(fromTelegram(spine, ...[await update].flat()))
  }
  return {
    chatId,
    person,
    does,
    says: (text) => does(person.says(text)),
    hears() {
      const all = spine.telegram.received(chatId).map(({ text }) => text)
      const fresh = all.slice(heard)
      heard = all.length
      return fresh
    },
    async contactId() {
      const hash = spine.desk.secrets.keyedHash('address', `telegram\0${spine.adapters.telegram.account}\0${chatId}`)
      const [row] = await spine.sql<{ id: string }[]>`select id from contacts where address_hash = ${hash}`
      return row?.id ?? ''
    },
  }
}

/** Somebody who consented, lives in a commune and is at the menu. */
export async function aKnownCitizen(spine: Spine): Promise<Citizen> {
  const citizen = aCitizen(spine)
  await citizen.does(citizen.person.starts())
  await spine.sql`update contacts set consent_at = ${spine.clock.now()}, commune_code = ${commune(spine)}
    where id = ${await citizen.contactId()}`
  await citizen.says('menu')
  citizen.hears()
  return citizen
}

/** An open ticket of theirs. */
export async function aTicketOf(spine: Spine, contactId: string): Promise<{ id: number; number: string }> {
  return spine.sql.begin(async (tx) => {
    const [row] = await tx<{ sealed_key: Buffer }[]>`select sealed_key from contacts where id = ${contactId}`
    if (!row) throw new Error('No such contact')
    const key = spine.desk.secrets.openPersonKey(row.sealed_key)
    const draft = {
      contact: { id: contactId, key },
      topic: 'health_insurance',
      requestType: 'general',
      urgent: false,
      communeCode: commune(spine),
      answers: [{ id: 'contact_name', label: 'Họ tên', value: 'Nguyễn Thị Đào' }],
      screeningId: null,
    }
    return fileTicket(tx, spine.desk, draft, spine.clock.now())
  })
}

/** Lets seconds pass. */
export async function wait(spine: Spine, seconds: number): Promise<void> {
  spine.clock.set(new Date(spine.clock.now().getTime() + seconds * 1_000))
  await spine.settle()
}
