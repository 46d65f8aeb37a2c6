import { afterAll, describe, expect, it } from 'vitest'
import { gatherData } from '../../src/accounts/export-data.ts'
import { exportText } from '../../src/accounts/export-text.ts'
import { lockContactRows, openContact } from '../../src/messaging/contact.ts'
import { aKnownCitizen, type Citizen } from '../support/citizen.ts'
import { createDatabase } from '../support/database.ts'
import { startSpine } from '../support/talk.ts'

const { sql } = await createDatabase()
const spine = await startSpine(sql)
afterAll(() => spine.close())

async function joinedBy(citizen: Citizen): Promise<Citizen> {
  const other = await aKnownCitizen(spine)
  await citizen.says('liên kết')
  await other.says(`mã ${/\d{4} \d{4}/.exec(citizen.hears().join('\n'))?.[0]}`)
  return other
}

async function topicsOf(citizen: Citizen): Promise<string[]> {
  const rows =
    await sql`select s.topic from contacts c join subscriptions s on s.contact_id = coalesce(c.person_id, c.id)
    where c.id = ${await citizen.contactId()} and c.information_stopped_at is null order by s.topic`
  return rows.map(({ topic }) => topic)
}

describe('a person with two chats', () => {
  it('hears of what was chosen in either, once they are joined', async () => {
    const one = await aKnownCitizen(spine)
    await one.says('nhận tin về vay vốn')
    const other = await aKnownCitizen(spine)
    await other.says('nhận tin về học nghề')

    await one.says('liên kết')
    await other.says(`mã ${/\d{4} \d{4}/.exec(one.hears().join('\n'))?.[0]}`)

    expect(await topicsOf(one)).toEqual(['credit', 'vocational_training'])
    expect(await topicsOf(other)).toEqual(['credit', 'vocational_training'])
  })

  it('chooses and stops in one for both, and keeps the topics in each after they are parted', async () => {
    const one = await aKnownCitizen(spine)
    const other = await joinedBy(one)
    await other.says('nhận tin về vay vốn')
    expect(await topicsOf(one)).toEqual(['credit'])

    await one.says('dừng')
    expect(await topicsOf(other)).toEqual([])
    await other.says('nhận lại tin')
    await other.says('hủy liên kết')

    expect(await topicsOf(one)).toEqual(['credit'])
    expect(await topicsOf(other)).toEqual(['credit'])
  })
})

describe('a person who asks for a copy of what is kept', () => {
  it('finds the topics in it', async () => {
    const citizen = await aKnownCitizen(spine)
    await citizen.says('nhận tin về vay vốn')
    const id = await citizen.contactId()

    const data = await sql.begin(async (tx) => {
      const [row] = await lockContactRows(tx, [id], { skipBusy: false })
      const contact = row && openContact(spine.desk.secrets, row)
      if (!contact) throw new Error('no contact')
      return gatherData(tx, [contact], spine.clock.now())
    })

    expect(data.news.map(({ topic }) => topic)).toEqual(['credit'])
    expect(exportText(spine.desk.texts, 'vi', data, (code) => code)).toContain('Vay vốn ưu đãi')
  })
})

describe('a person who is forgotten', () => {
  it('leaves no topic behind', async () => {
    const citizen = await aKnownCitizen(spine)
    await citizen.says('nhận tin về vay vốn')
    const id = await citizen.contactId()

    await citizen.says('xóa dữ liệu của tôi')
    await citizen.says('Đúng, xóa hết')

    const left = await sql`select 1 from subscriptions where contact_id = ${id}
      union all select 1 from subscription_questions where contact_id = ${id}`
    expect(left).toHaveLength(0)
    expect(await topicsOf(citizen)).toEqual([])
  })
})
