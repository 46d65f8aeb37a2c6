import { afterAll, describe, expect, it } from 'vitest'
import { fetchAttachments } from '../../src/attachments/fetch-attachments.ts'
import { removeFiles } from '../../src/attachments/remove-files.ts'
import { aKnownCitizen } from '../support/citizen.ts'
import { createDatabase } from '../support/database.ts'
import { productDefinitions } from '../support/definitions.ts'
import { silent } from '../support/spine.ts'
import { startSpine } from '../support/talk.ts'

const { sql } = await createDatabase()
const spine = await startSpine(sql)
afterAll(() => spine.close())
const { texts } = productDefinitions()
const { secrets, store } = spine.desk

describe('a person who asks to be forgotten', () => {
  it('takes all their files from the store, copies of their data too; those of others stay', async () => {
    const [citizen, other] = [await aKnownCitizen(spine), await aKnownCitizen(spine)]
    for (const one of [citizen, other]) {
      await one.does(one.person.sendsPhoto())
      await one.says('xuất dữ liệu của tôi')
    }
    await fetchAttachments({ sql, secrets, store, clock: spine.clock, log: silent }, spine.adapters.telegram)
    const names = async (contactId: string) =>
      (
        await sql<{ name: string }[]>`select stored_name as name from attachments
        where contact_id = ${contactId} and stored_name is not null`
      ).map(({ name }) => name)
    const [own, others] = [await names(await citizen.contactId()), await names(await other.contactId())]

    await citizen.says('xóa dữ liệu của tôi')
    await citizen.does(citizen.person.taps(texts.text('vi', 'engine.erase.yes')))
    await removeFiles(sql, store)

    expect([own.length, others.length]).toEqual([3, 3])
    expect(await Promise.all(own.map((name) => store.has(name)))).toEqual([false, false, false])
    expect(await Promise.all(others.map((name) => store.has(name)))).toEqual([true, true, true])
  })
})
