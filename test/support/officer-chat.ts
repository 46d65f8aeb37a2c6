import { issueCode } from '../../src/accounts/codes.ts'
import { fetchAttachments } from '../../src/attachments/fetch-attachments.ts'
import { fileTicket } from '../../src/desk/file-ticket.ts'
import { newId } from '../../src/ids.ts'
import type { Message } from '../../src/messaging/message.ts'
import { forgetDeskMessages } from '../../src/officer-chat/drop.ts'
import { sendDigests } from '../../src/officer-chat/send-digests.ts'
import { sendReplies } from '../../src/officer-chat/send-replies.ts'
import { tellNews } from '../../src/officer-chat/tell-news.ts'
import type { Role } from '../../src/officers/permissions.ts'
import { aKnownCitizen, type Citizen, commune } from './citizen.ts'
import { productDefinitions } from './definitions.ts'
import { type Spine, Talk } from './talk.ts'

const rules = productDefinitions().officerChat
const log = { error() {}, warn() {} }

export interface ChatOfficer {
  id: string
  talk: Talk
  says(text: string): Promise<string>
  taps(label: string): Promise<string>
  /** What came since this was last asked, in one text. */
  hears(): Promise<string>
  messages(): Promise<Message[]>
  contactId(): Promise<string>
}

/** An officer of the unit of the citizens' commune, unless told; without a chat yet. */
export async function anOfficerOf(
  spine: Spine,
  {
    unitId = `xa_${commune(spine)}`,
    roles = ['commune_officer'],
    name = 'Trần Văn Nam',
  }: { unitId?: string | null; roles?: Role[]; name?: string } = {},
): Promise<string> {
  const id = newId()
  await spine.sql`insert into officers (id, username, name, password_hash, roles, unit_id, created_at)
    values (${id}, ${`o-${id}`}, ${name}, 'none:none', ${roles}, ${unitId}, ${spine.clock.now()})`
  return id
}

/** The officer's own chat, linked with a code from the console. */
export async function linked(spine: Spine, officerId: string, channel: 'telegram' | 'zalo'): Promise<ChatOfficer> {
  const talk = new Talk(spine, channel)
  const { code } = await issueCode(spine.sql, spine.desk.secrets, { officerId }, spine.clock.now())
  await talk.says(`mã ${code}`)
  const messages = () => talk.hears()
  const hears = async () => (await messages()).map(({ text }) => text).join('\n')
  return {
    id: officerId,
    talk,
    hears,
    messages,
    says: async (text) => {
      await talk.says(text)
      return hears()
    },
    taps: async (label) => {
      await talk.taps(label)
      return hears()
    },
    async contactId() {
      const [row] = await spine.sql<{ id: string }[]>`
        select contact_id as id from officer_contacts where officer_id = ${officerId} order by linked_at desc limit 1`
      return row?.id ?? ''
    },
  }
}

/** An officer with a chat, who has read the greeting. */
export async function aChatOfficer(
  spine: Spine,
  channel: 'telegram' | 'zalo',
  options: Parameters<typeof anOfficerOf>[1] = {},
): Promise<ChatOfficer> {
  const officer = await linked(spine, await anOfficerOf(spine, options), channel)
  await officer.hears()
  return officer
}

export const NAME = 'Nguyễn Thị Đào'
export const SECRET = 'mồ côi từ nhỏ'

export interface Filed {
  citizen: Citizen
  id: number
  number: string
}

/** A citizen's ticket at the desk of the commune, with things in it that nobody else may read. */
export async function aFiledTicket(
  spine: Spine,
  {
    urgent = false,
    answers = [
      { id: 'contact_name', label: 'Họ tên', value: NAME },
      { id: 'story', label: 'Hoàn cảnh', value: SECRET },
    ],
    topic = 'health_insurance',
  }: {
    urgent?: boolean
    topic?: string
    answers?: { id: string; label: string; value: string }[]
  } = {},
): Promise<Filed> {
  const citizen = await aKnownCitizen(spine)
  const contactId = await citizen.contactId()
  const filed = await spine.sql.begin(async (tx) => {
    const [row] = await tx<{ sealed_key: Buffer }[]>`select sealed_key from contacts where id = ${contactId}`
    if (!row) throw new Error('No such contact')
    const contact = { id: contactId, key: spine.desk.secrets.openPersonKey(row.sealed_key) }
    const draft = {
      contact,
      topic,
      requestType: 'general',
      urgent,
      communeCode: commune(spine),
      answers,
      screeningId: null,
    }
    return fileTicket(tx, spine.desk, draft, spine.clock.now())
  })
  return { citizen, id: filed.id, number: filed.number }
}

export async function tellAll(spine: Spine): Promise<void> {
  await tellNews(spine.sql, { desk: spine.desk, rules, log }, spine.clock.now())
  await spine.settle()
}

export async function digestAll(spine: Spine): Promise<number> {
  const sent = await sendDigests(spine.sql, { desk: spine.desk, rules, log }, spine.clock.now())
  await spine.settle()
  return sent
}

/** Fetches what officers sent and passes it on. */
export async function passFilesOn(spine: Spine): Promise<void> {
  const { sql, clock, desk } = spine
  for (const adapter of [spine.adapters.telegram, spine.adapters.zalo]) {
    await fetchAttachments({ sql, secrets: desk.secrets, store: desk.store, clock, log }, adapter)
  }
  await sendReplies(sql, { desk, log }, clock.now())
  await spine.settle()
}

export function forgetDelivered(spine: Spine): Promise<number> {
  return forgetDeskMessages(spine.sql, rules, spine.clock.now())
}

export async function statusOf(spine: Spine, number: string) {
  const [row] = await spine.sql<
    { status: string; assignee: string | null; verbs: string[]; offered: string | null; result: string | null }[]
  >`
    select status, assignee_id as assignee, offered_unit_id as offered, result,
      array(select verb from activity a where a.ticket_id = t.id order by seq) as verbs
    from tickets t where number = ${number}`
  return row
}
