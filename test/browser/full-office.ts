import type { Sql } from '../../src/db/client.ts'
import { ask } from '../../src/desk/ask.ts'
import { claim } from '../../src/desk/claim.ts'
import { handOff } from '../../src/desk/hand-off.ts'
import { note } from '../../src/desk/note.ts'
import { reply } from '../../src/desk/reply.ts'
import { resolve } from '../../src/desk/resolve.ts'
import { newId } from '../../src/ids.ts'
import type { Officer } from '../../src/officers/permissions.ts'
import { aDraft, services } from '../broadcasts/broadcast-builders.ts'
import { aContact, aMessage, anOfficer, aTicket, COMMUNE, desk, hoursLater, MONDAY } from '../desk/desk-builders.ts'
import { handOver, listFile, takeOver } from '../register/lists.ts'

/** Names and words as they come in, not as one would like them. */
export const NASTY_NAME = '<script>alert("xss")</script> 👵🏽 Công Tằng Tôn Nữ Thị Mỹ Hạnh'
const UNBROKEN = 'KhôngCóKhoảngTrắngNàoTrongTênNàyVàNóRấtLàDàiĐếnMứcPhảiXuốngDòngGiữaChừng'
const TICKETS = 34

export interface FullOffice {
  /** With a talk, asked papers and lines of activity. */
  ticket: string
  /** By the officer, for somebody at the counter. */
  filed: string
  household: string
  opening: string
  /** Written by the editor, not sent. */
  broadcast: string
  /** Under way, with somebody to be told in person. */
  toVisit: string
  /** A list that waits for somebody to confirm it, with lines that cannot be read. */
  waitingList: string
}

/** An office in the middle of its work: every list has lines, some with words that try the layout. `officer` has the work. */
export async function aFullOffice(sql: Sql, officer: Officer, editor?: Officer): Promise<FullOffice> {
  const ticket = await aBusyTicket(sql, officer)
  for (let count = 0; count < TICKETS; count++) {
    const at = hoursLater(-3 * count)
    const urgent = count % 9 === 0
    const { number } = await aTicket(sql, await aContact(sql), { at, urgent, answers: answersOf(count) })
    if (count % 3 === 0) await claim(sql, desk, { number, seen: 1, officer }, MONDAY)
    if (count % 6 === 0) {
      const said = { reason: 'Đã có thẻ.', basis: null, nextStep: 'Đến xã nhận thẻ.', text: null }
      await resolve(sql, desk, { number, seen: 2, officer, result: 'granted', ...said }, MONDAY)
    }
    if (count % 10 === 7) {
      const offer = { toUnit: 'so_y_te', toOfficer: null, reason: 'Việc của sở.' }
      await handOff(sql, desk, { number, seen: 1, officer, ...offer }, MONDAY)
    }
  }
  await takeOver(sql, [
    '1,Nguyễn Thị Đào,Chủ hộ,15/3/1950,Nữ,033150000111,Thôn Đông,Hộ nghèo,,GCN-01',
    '1,Nguyễn Văn Con,Con,2/9/2015,Nam,,,,,',
    `2,${UNBROKEN},Chủ hộ,1960,Nam,,Thôn Đoài,Cận nghèo,,`,
  ])
  const faulty = [
    '3,,Chủ hộ,1/1/1950,Nữ,,Thôn Đông,Hộ nghèo,,',
    '4,Lê Thị Hoa,Chủ hộ,32/13/1950,Nữ,1,Thôn Đông,Hộ gì đó,,',
  ]
  const waitingList = await handOver(sql, listFile(faulty), { commune: COMMUNE })
  await sql`insert into officer_leaves (id, officer_id, from_day, to_day, set_at)
    values (${newId()}, ${officer.id}, '2026-12-20', '2026-12-27', ${MONDAY})`
  await sql`insert into calendar_days (unit_id, day, is_worked, name, set_by, set_at)
    values (null, '2026-12-01', false, 'Nghỉ bão số 9', ${officer.id}, ${MONDAY})`
  await sql`insert into officer_notices (officer_id, ticket_id, kind, at)
    select ${officer.id}, id, 'due_soon', ${MONDAY} from tickets where id % 5 = 0`
  const [household] = await sql<{ id: string }[]>`select id from households order by created_at limit 1`
  const { number: filed } = await aTicket(sql, null, { filedBy: officer.id })
  const opening = newId()
  await sql`insert into openings (id, unit_id, own_number, kind, title, trade, offered_by, area, seats, apply_by, contact, words,
      listed_by, created_at, updated_at)
    values (${opening}, 'tt_dvvl', 'VL-01', 'vacancy', ${`Công nhân may ${UNBROKEN}`}, 'any', 'Công ty May Phố Hiến', 'province',
      20, '2026-12-30', 'Chị Hoa, 0221 123 456', 'cong nhan may', ${officer.id}, ${MONDAY}, ${MONDAY})`
  const author = editor ?? (await anOfficer(sql, { unitId: null, roles: ['editor'] }))
  const { id: broadcast } = await aDraft(services(sql), author)
  const { id: toVisit } = await aDraft(services(sql), author)
  await sql`update broadcasts set status = 'sending', frozen_at = ${MONDAY}, started_at = ${MONDAY} where id = ${toVisit}`
  await sql`insert into broadcast_recipients (broadcast_id, contact_id, channel, account, state, commune_code, not_before)
    values (${toVisit}, ${(await aContact(sql)).id}, 'web', 'web', 'visit', ${COMMUNE}, ${MONDAY})`
  return { ticket, filed, opening, broadcast, toVisit, household: household?.id ?? '', waitingList }
}

async function aBusyTicket(sql: Sql, officer: Officer): Promise<string> {
  const contact = await aContact(sql)
  const first = await aMessage(sql, contact, `${NASTY_NAME}\n${UNBROKEN}`, hoursLater(-4))
  const { number } = await aTicket(sql, contact, {
    at: hoursLater(-3),
    urgent: true,
    talkFromMessageId: first,
    answers: [...answersOf(0), { id: 'story', label: 'Việc đã xảy ra', value: `${UNBROKEN} `.repeat(12) }],
  })
  const by = (seen: number) => ({ number, seen, officer })
  await claim(sql, desk, by(1), hoursLater(-2))
  await reply(sql, desk, { ...by(2), text: `Chào bà. ${UNBROKEN}`, attachmentIds: [] }, hoursLater(-2))
  await note(sql, desk, { ...by(3), text: 'Đã gọi điện, chưa gặp.', attachmentIds: [] }, hoursLater(-1))
  await ask(sql, desk, { ...by(4), papers: ['Giấy chứng nhận hộ nghèo', UNBROKEN], text: '' }, hoursLater(-1))
  await sql`insert into attachments (id, contact_id, ticket_id, channel, account, media_type, created_at, failure)
    select ${newId()}, contact_id, id, 'web', 'web', 'image/jpeg', ${MONDAY}, 'gone' from tickets where number = ${number}`
  return number
}

function answersOf(count: number) {
  const name = count % 8 === 0 ? NASTY_NAME : 'Nguyễn Thị Đào'
  return [
    { id: 'full_name', label: 'Họ tên', value: name },
    { id: 'phone', label: 'Số điện thoại', value: '0912 345 678' },
  ]
}
