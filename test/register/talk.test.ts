import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { newId } from '../../src/ids.ts'
import { MONDAY } from '../desk/desk-builders.ts'
import { createDatabase } from '../support/database.ts'
import { type Spine, startSpine, Talk } from '../support/talk.ts'
import { emptyRegister, takeOver } from './lists.ts'

const { sql } = await createDatabase()
let spine: Spine
beforeAll(async () => {
  spine = await startSpine(sql)
})
afterAll(() => spine.close())
let minutes = 0
beforeEach(async () => {
  await emptyRegister(sql)
  // Each person comes after the one before.
  spine.clock.set(new Date(Date.parse('2026-11-24T02:00:00Z') + ++minutes * 60_000))
})

/** Somebody in a chat whose near-poor certificate an officer has seen. */
async function aLinkedPerson(): Promise<{ talk: Talk; hears(): Promise<string>; contactId: string }> {
  const talk = new Talk(spine, 'web')
  await talk.starts()
  const [row] = await sql<{ id: string }[]>`
    update contacts set commune_code = '11953' where id = (select id from contacts order by created_at desc limit 1)
    returning id`
  const contactId = row?.id ?? ''
  await takeOver(sql, ['1,Nguyễn Thị Đào,Chủ hộ,15/3/1950,Nữ,,Thôn Đông,Cận nghèo,,GCN-01'])
  await sql`insert into register_links (id, household_id, contact_id, ticket_id, officer_id, seen, linked_at)
    select ${newId()}, household_id, ${contactId}, 1, ${newId()}, 'photo', ${MONDAY} from register_households`
  const hears = async () => (await talk.hears()).map(({ text }) => text).join('\n')
  await hears()
  return { talk, hears, contactId }
}

describe('somebody whose certificate an officer has seen', () => {
  it('is told that their status is the register’s, and is not asked for it', async () => {
    const { talk, hears } = await aLinkedPerson()

    await talk.says('bà cụ 76 tuổi có được trợ cấp không')

    expect(await hears()).toContain('Theo sổ hộ nghèo của xã năm 2026: hộ cận nghèo.')
  })

  it('may say that it changed, and hears that the register says otherwise', async () => {
    const { talk, hears } = await aLinkedPerson()
    await talk.says('bà cụ 76 tuổi có được trợ cấp không')
    await talk.says('nhà tôi là hộ nghèo')
    await talk.says('đúng')
    for (let turn = 0; turn < 8; turn++) await talk.says('không')

    const heard = await hears()

    expect(heard).toContain('Sổ của xã năm 2026 ghi khác: Hộ cận nghèo.')
  })

  it('is asked again once the link was undone', async () => {
    const { talk, hears } = await aLinkedPerson()
    await sql`update register_links set undone_at = ${MONDAY}`

    await talk.says('bà cụ 76 tuổi có được trợ cấp không')

    expect(await hears()).not.toContain('Theo sổ hộ nghèo')
  })

  it('is unlinked when they ask to be forgotten, while the commune’s register stays', async () => {
    const { talk, contactId } = await aLinkedPerson()
    await talk.says('xóa dữ liệu của tôi')
    const [question] = (await talk.hears()).slice(-1)

    await talk.taps(question?.actions[0]?.label ?? '')

    expect([...(await sql`select id from register_links where contact_id = ${contactId}`)]).toEqual([])
    expect((await sql`select status from register_households`).map(({ status }) => status)).toEqual(['near_poor'])
  })
})
