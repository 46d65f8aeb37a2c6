import { afterAll, describe, expect, it } from 'vitest'
import { claim } from '../../src/desk/claim.ts'
import { readTicket } from '../../src/desk/read-ticket.ts'
import { reply } from '../../src/desk/reply.ts'
import { resolve } from '../../src/desk/resolve.ts'
import type { Officer } from '../../src/officers/permissions.ts'
import { EMPTY_PROFILE, type KeptFact } from '../../src/profile/profile.ts'
import { loadProfiles, openProfile, storeProfile } from '../../src/profile/store-profile.ts'
import { aCitizen, aKnownCitizen, aTicketOf, type Citizen, wait } from '../support/citizen.ts'
import { createDatabase } from '../support/database.ts'
import { productDefinitions } from '../support/definitions.ts'
import { startSpine, Talk } from '../support/talk.ts'

const { sql } = await createDatabase()
const spine = await startSpine(sql)
afterAll(() => spine.close())
const { texts } = productDefinitions()
const said = (key: string, values?: Record<string, unknown>) => texts.text('vi', key, values)
const now = () => spine.clock.now()
const admin: Officer = {
  id: '00000000-0000-4000-8000-000000000001',
  username: 'admin',
  name: 'Cán bộ',
  roles: ['administrator', 'supervisor'],
  unitId: null,
}
await sql`insert into officers (id, username, name, password_hash, roles, created_at)
  values (${admin.id}, 'admin', 'Cán bộ', 'none:none', '{administrator,supervisor}', now())`

async function codeOf(citizen: Citizen): Promise<string> {
  await citizen.says('liên kết')
  return /\d{4} \d{4}/.exec(citizen.hears().join('\n'))?.[0] ?? ''
}

/** Two chats of one person: the second entered the code of the first. */
async function aPersonOfTwo(): Promise<[Citizen, Citizen]> {
  const [one, other] = [await aKnownCitizen(spine), await aKnownCitizen(spine)]
  await other.says(`mã ${await codeOf(one)}`)
  one.hears()
  other.hears()
  return [one, other]
}

async function seenOf(number: string): Promise<number> {
  const [row] = await sql<{ last_seq: number }[]>`select last_seq from tickets where number = ${number}`
  return row?.last_seq ?? 0
}

async function officerWrites(number: string, text: string): Promise<void> {
  await reply(sql, spine.desk, { number, officer: admin, seen: await seenOf(number), text, attachmentIds: [] }, now())
  await spine.settle()
}

async function rowOf(citizen: Citizen) {
  const [row] = await sql`select person_id, consent_at is not null as consented, commune_code, talk_ticket_id,
    all_stopped_at is not null as stopped from contacts where id = ${await citizen.contactId()}`
  return row
}

describe('a person who joins two chats with a code', () => {
  it('is told so in both, with the way to undo it', async () => {
    const [one, other] = [await aKnownCitizen(spine), await aKnownCitizen(spine)]
    const code = await codeOf(one)

    await other.says(code)

    expect(other.hears().join()).toContain(said('accounts.joined', { channel: 'Telegram' }))
    expect(one.hears()).toEqual([said('accounts.joinedHere', { channel: 'Telegram' })])
  })

  it('sees the requests of both in each', async () => {
    const [one, other] = await aPersonOfTwo()
    const { number } = await aTicketOf(spine, await one.contactId())

    await other.says('hồ sơ của tôi')

    expect(other.hears().join()).toContain(number)
  })

  it('needs to consent and to name the commune only once', async () => {
    const one = await aKnownCitizen(spine)
    const stranger = aCitizen(spine)

    await stranger.says(await codeOf(one))

    expect(await rowOf(stranger)).toMatchObject({ consented: true, commune_code: (await rowOf(one))?.commune_code })
    expect(stranger.hears().join()).toContain(said('menu.ask'))
  })

  it('may open the chat with a link that holds the code', async () => {
    const [one, other] = [await aKnownCitizen(spine), aCitizen(spine)]
    const code = (await codeOf(one)).replace(' ', '')

    await other.does(other.person.starts(code))

    expect((await rowOf(other))?.person_id).toBe(await one.contactId())
  })

  it('may do so from Zalo and from the page', async () => {
    const one = await aKnownCitizen(spine)
    const [zalo, web] = [new Talk(spine, 'zalo'), new Talk(spine, 'web')]

    await zalo.says(`mã ${await codeOf(one)}`)
    await web.says(`mã ${await codeOf(one)}`)

    const joined = await sql`select channel from contacts where person_id = ${await one.contactId()} order by channel`
    expect(joined.map(({ channel }) => channel)).toEqual(['telegram', 'web', 'zalo'])
  })

  it('has one profile of the household, with what either chat knew', async () => {
    const [one, other] = [await aKnownCitizen(spine), await aKnownCitizen(spine)]
    const fact = (value: string | number, day: string): KeptFact => ({
      value,
      source: 'said',
      day,
      expires: '2027-12-31',
    })
    await keepProfile(one, { age: fact(76, '2026-11-01'), household_status: fact('poor', '2026-11-01') })
    await keepProfile(other, { household_status: fact('near_poor', '2026-11-20') })

    await other.says(await codeOf(one))

    const profile = await profileOf(one)
    expect(profile?.household).toMatchObject({ age: { value: 76 }, household_status: { value: 'near_poor' } })
    expect(await profileOf(other)).toBeNull()
  })

  it('stops messages in all chats at once', async () => {
    const [one, other] = await aPersonOfTwo()

    await other.says('dừng tất cả')
    await other.does(other.person.taps(said('engine.stopAll.yes')))

    expect([(await rowOf(one))?.stopped, (await rowOf(other))?.stopped]).toEqual([true, true])
  })
})

async function keepProfile(citizen: Citizen, household: Record<string, KeptFact>): Promise<void> {
  const id = await citizen.contactId()
  await sql.begin(async (tx) => {
    const [row] = await tx<{ sealed_key: Buffer }[]>`select sealed_key from contacts where id = ${id}`
    const key = spine.desk.secrets.openPersonKey(row?.sealed_key ?? Buffer.alloc(0))
    await storeProfile(tx, { id, key }, { ...EMPTY_PROFILE, household }, now())
  })
}

async function profileOf(citizen: Citizen) {
  const id = await citizen.contactId()
  return sql.begin(async (tx) => {
    const sealed = (await loadProfiles(tx, [id])).get(id)
    const [row] = await tx<{ sealed_key: Buffer }[]>`select sealed_key from contacts where id = ${id}`
    return sealed && row ? openProfile(spine.desk.secrets.openPersonKey(row.sealed_key), sealed) : null
  })
}

describe('an officer who answers a person with two chats', () => {
  it('reaches them where they spoke last', async () => {
    const [one, other] = await aPersonOfTwo()
    const { number } = await aTicketOf(spine, await one.contactId())
    await one.says('menu')
    await wait(spine, 1)
    await other.says('menu')
    one.hears()
    other.hears()

    await claim(sql, spine.desk, { number, officer: admin, seen: 1 }, now())
    await officerWrites(number, 'Mời bà ra xã')

    expect(one.hears()).toEqual([])
    expect(other.hears().join()).toContain('Mời bà ra xã')
  })

  it('holds the talk in both: the bot is silent, and words from either reach the ticket', async () => {
    const [one, other] = await aPersonOfTwo()
    const { number } = await aTicketOf(spine, await one.contactId())
    await claim(sql, spine.desk, { number, officer: admin, seen: 1 }, now())
    await officerWrites(number, 'Bà cần gì thêm ạ?')
    one.hears()
    other.hears()

    await one.says('dạ tôi nhờ cháu xem giúp')
    await other.says('dạ thế nhé')

    const read = await readTicket(sql, spine.desk.secrets, admin, number, now())
    const words = read.kind === 'done' ? read.details.messages.map(({ text }) => text) : []
    expect([...one.hears(), ...other.hears()]).toEqual([])
    expect(words.slice(-2)).toEqual(['dạ tôi nhờ cháu xem giúp', 'dạ thế nhé'])
  })

  it('may be confirmed by a tap in the chat that got the result, though the other one filed it', async () => {
    const [one, other] = await aPersonOfTwo()
    const { number } = await aTicketOf(spine, await one.contactId())
    await wait(spine, 1)
    await other.says('menu')
    await claim(sql, spine.desk, { number, officer: admin, seen: 1 }, now())
    const seen = await seenOf(number)
    const result = { result: 'advised', reason: 'Đã hướng dẫn', basis: null, nextStep: 'Không', text: null } as const
    await resolve(sql, spine.desk, { number, officer: admin, seen, ...result }, now())
    await spine.settle()

    await other.does(other.person.taps(texts.text('vi', 'desk.action.done')))

    const [row] = await sql`select status from tickets where number = ${number}`
    expect(row).toEqual({ status: 'closed' })
  })
})

describe('a code', () => {
  it('is good once', async () => {
    const [one, other, third] = [await aKnownCitizen(spine), await aKnownCitizen(spine), await aKnownCitizen(spine)]
    const code = await codeOf(one)
    await other.says(code)

    await third.says(code)

    expect(third.hears().join()).toContain(said('accounts.wrong', { count: 4 }))
    expect((await rowOf(third))?.person_id).toBeNull()
  })

  it('is good for ten minutes', async () => {
    const [one, other] = [await aKnownCitizen(spine), await aKnownCitizen(spine)]
    const code = await codeOf(one)
    spine.clock.set(new Date(now().getTime() + 10 * 60_000))

    await other.says(code)

    expect((await rowOf(other))?.person_id).toBeNull()
  })

  it('may be wrong five times; then none is taken for ten minutes, not even the right one', async () => {
    const [one, other] = [await aKnownCitizen(spine), await aKnownCitizen(spine)]
    for (const wrong of ['00000001', '00000002', '00000003', '00000004', '00000005']) await other.says(wrong)
    const warned = other.hears()
    await other.says(await codeOf(one))
    const locked = other.hears()
    spine.clock.set(new Date(now().getTime() + 10 * 60_000 + 1_000))

    await other.says(await codeOf(one))

    expect(warned.at(-1)).toContain(said('accounts.wrongLast'))
    expect(locked.join()).toContain('Đã có nhiều mã sai')
    expect((await rowOf(other))?.person_id).toBe(await one.contactId())
  })

  it('cannot be guessed with many new chats: a channel with a hundred wrong ones takes none for a while', async () => {
    const [one, other] = [await aKnownCitizen(spine), await aKnownCitizen(spine)]
    await sql`insert into link_tries (scope, count, until)
      values ('channel:telegram', 100, ${new Date(now().getTime() + 60_000)})
      on conflict (scope) do update set count = excluded.count, until = excluded.until`

    await other.says(await codeOf(one))
    await sql`delete from link_tries where scope = 'channel:telegram'`

    expect(other.hears().join()).toContain('Đã có nhiều mã sai')
  })

  it('entered in the chat that gave it is for the other one', async () => {
    const one = await aKnownCitizen(spine)

    await one.says(await codeOf(one))

    expect(one.hears().join()).toContain(said('accounts.own'))
  })

  it('of a chat that is joined already changes nothing', async () => {
    const [one, other] = await aPersonOfTwo()

    await one.says(await codeOf(other))

    expect(one.hears().join()).toContain(said('accounts.already'))
  })
})

describe('a person who parts their chats again', () => {
  it('has each to itself, with its own requests and a copy of the profile', async () => {
    const [one, other] = await aPersonOfTwo()
    await keepProfile(one, { age: { value: 76, source: 'said', day: '2026-11-01', expires: '2027-12-31' } })
    const { number } = await aTicketOf(spine, await one.contactId())

    await other.says('hủy liên kết')
    await other.says('hồ sơ của tôi')

    expect(other.hears().join()).not.toContain(number)
    expect([(await rowOf(one))?.person_id, (await rowOf(other))?.person_id]).toEqual([null, null])
    expect([(await profileOf(one))?.household, (await profileOf(other))?.household]).toMatchObject([
      { age: { value: 76 } },
      { age: { value: 76 } },
    ])
  })

  it('is told when there is nothing to part', async () => {
    const one = await aKnownCitizen(spine)

    await one.says('hủy liên kết')

    expect(one.hears().join()).toContain(said('accounts.notJoined'))
  })
})

describe('a person with two chats who has everything deleted', () => {
  it('is told that both are emptied; nothing of either can be read any more', async () => {
    const [one, other] = await aPersonOfTwo()
    await aTicketOf(spine, await one.contactId())
    await keepProfile(one, { age: { value: 76, source: 'said', day: '2026-11-01', expires: '2027-12-31' } })
    const ids = [await one.contactId(), await other.contactId()]
    await other.says('xóa dữ liệu của tôi')
    const asked = other.hears().join()

    await other.does(other.person.taps(said('engine.erase.yes')))

    const gone = await sql`select sealed_key, person_id, erased_at is not null as erased from contacts
      where id = any (${ids}::uuid[])`
    const [left] = await sql`select
      (select count(*) from messages where contact_id = any (${ids}::uuid[]) and ticket_id is null) as messages,
      (select count(*) from profiles where contact_id = any (${ids}::uuid[])) as profiles,
      (select count(*) from sessions where contact_id = any (${ids}::uuid[])) as sessions,
      (select count(*) from tickets where contact_id = any (${ids}::uuid[]) and status <> 'closed') as tickets`
    expect(asked).toContain(said('accounts.eraseAlso', { channels: 'Telegram' }))
    expect(gone).toEqual([
      { sealed_key: null, person_id: null, erased: true },
      { sealed_key: null, person_id: null, erased: true },
    ])
    expect(left).toEqual({ messages: 0, profiles: 0, sessions: 0, tickets: 0 })
    expect(other.hears()).toEqual([said('engine.erase.done')])
    expect(one.hears()).toEqual([])
  })

  it('may begin anew in each of them', async () => {
    const [one, other] = await aPersonOfTwo()
    await one.says('xóa dữ liệu của tôi')
    await one.does(one.person.taps(said('engine.erase.yes')))
    one.hears()

    await other.says('xin chào')

    expect(other.hears().join()).toContain(said('welcome.consent'))
  })
})
