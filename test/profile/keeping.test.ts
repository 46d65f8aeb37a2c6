import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { forget } from '../../src/messaging/forget.ts'
import { keptFact, type Profile, SELF, withFact, withMember } from '../../src/profile/profile.ts'
import { loadProfiles, openProfile, storeProfile } from '../../src/profile/store-profile.ts'
import { aContact, MONDAY, type TestContact } from '../desk/desk-builders.ts'
import { createDatabase } from '../support/database.ts'
import { productDefinitions } from '../support/definitions.ts'
import { startSpine, Talk } from '../support/talk.ts'

const { sql } = await createDatabase()
const log = { error: () => {} }
const daysLater = (days: number) => new Date(MONDAY.getTime() + days * 86_400_000)
const status = productDefinitions().eligibility.facts.get('household_status')
if (!status) throw new Error('No fact household_status')
const poorHousehold: Profile = withFact(
  withMember({ household: {}, members: [] }, SELF, ''),
  SELF,
  status,
  keptFact(status, 'poor', 'said', '2026-11-23'),
)

async function keeps(contact: TestContact, options: { consent: boolean }): Promise<void> {
  await sql`update contacts set consent_at = ${options.consent ? MONDAY : null} where id = ${contact.id}`
  await sql.begin((tx) => storeProfile(tx, contact, poorHousehold, MONDAY))
}

async function keptOf(contact: TestContact): Promise<Profile | null> {
  const sealed = await sql.begin((tx) => loadProfiles(tx, [contact.id]))
  const own = sealed.get(contact.id)
  return own === undefined ? null : openProfile(contact.key, own)
}

beforeEach(async () => {
  await sql`truncate contacts, profiles`
})

describe('the household that somebody let us keep', () => {
  it('lies sealed in one row and is read again with their key', async () => {
    const contact = await aContact(sql)
    await keeps(contact, { consent: true })
    await keeps(contact, { consent: true })

    const rows = await sql<{ sealed_profile: Buffer }[]>`select sealed_profile from profiles`

    expect(rows).toHaveLength(1)
    expect(rows[0]?.sealed_profile.includes('poor')).toBe(false)
    expect(await keptOf(contact)).toEqual(poorHousehold)
  })

  it('goes when the last of its facts may not be used any more', async () => {
    const contact = await aContact(sql)
    await keeps(contact, { consent: true })

    await forget(sql, daysLater(365), { log })
    const onTheLastDay = await keptOf(contact)
    await forget(sql, daysLater(366), { log })

    expect(onTheLastDay).not.toBeNull()
    expect(await keptOf(contact)).toBeNull()
  })

  it('goes when there is no consent for it', async () => {
    const [consents, refuses] = [await aContact(sql), await aContact(sql)]
    await keeps(consents, { consent: true })
    await keeps(refuses, { consent: false })

    await forget(sql, MONDAY, { log })

    expect([await keptOf(consents), await keptOf(refuses)]).toEqual([poorHousehold, null])
  })
})

describe('a talk about a household', async () => {
  const { sql: own } = await createDatabase()
  const spine = await startSpine(own)
  afterAll(() => spine.close())

  it('leaves nothing behind once the person asks to be forgotten, or takes the consent back', async () => {
    const talks = [new Talk(spine, 'web'), new Talk(spine, 'web')]
    for (const talk of talks) {
      await talk.starts()
      await talk.taps('Đồng ý')
      await talk.says('pho hien')
      await talk.says('bà cụ 76 tuổi hộ nghèo có được trợ cấp không')
      await talk.taps('Đúng')
    }
    const kept = await own`select 1 from profiles`

    await talks[0]?.says('xóa dữ liệu của tôi')
    await talks[0]?.taps('Đúng, xóa hết')
    await own`update contacts set consent_at = null where erased_at is null`
    await forget(own, spine.clock.now(), { log })

    expect(kept).toHaveLength(2)
    expect(await own`select 1 from profiles`).toHaveLength(0)
  })
})
