import { describe, expect, it } from 'vitest'
import { listOfficers } from '../../src/officers/list-officers.ts'
import {
  addOfficer,
  changeOfficer,
  disableOfficer,
  type Managing,
  resetPassword,
} from '../../src/officers/manage-officers.ts'
import { officerOfToken } from '../../src/officers/sessions.ts'
import { signIn } from '../../src/officers/sign-in.ts'
import { anOfficer, COMMUNE_UNIT, MONDAY } from '../desk/desk-builders.ts'
import { createDatabase } from '../support/database.ts'
import { secrets } from '../support/spine.ts'

const { sql } = await createDatabase()
const isUnit = (id: string) => id === COMMUNE_UNIT

async function anAdministrator(database = sql): Promise<Managing & { id: string }> {
  const { id } = await anOfficer(database, { unitId: null, roles: ['administrator'] })
  return { sql: database, actorId: id, id, isUnit, now: MONDAY }
}

const draft = { name: 'Phạm Thị Đượm', roles: ['commune_officer' as const], unitId: COMMUNE_UNIT }

describe('an administrator', () => {
  it('makes an account with a password for once, and the line about it names nobody', async () => {
    const admin = await anAdministrator()

    const made = await addOfficer(admin, { ...draft, username: ' Pham.Duom ' }, null)

    const password = made.kind === 'done' ? made.password : ''
    const session = await signIn({ sql, secrets }, { username: 'pham.duom', password }, MONDAY)
    const [line] = await sql<{ row: string }[]>`select a::text as row from audit a where action = 'officer-added'`
    expect(session).toMatchObject({ kind: 'done', officer: { mustChangePassword: true } })
    expect(line?.row).not.toContain('Phạm')
  })

  it.each([
    ['a user name that is taken', { username: 'taken' }, 'username-taken'],
    ['a user name with spaces', { username: 'a b' }, 'username-bad'],
    ['no name', { name: '  ' }, 'name-missing'],
    ['no role', { roles: [] }, 'roles-missing'],
    ['a commune officer without a unit', { unitId: null }, 'unit-missing'],
    ['a unit that is none', { unitId: 'nowhere' }, 'unit-unknown'],
  ])('hears what is wrong with %s', async (_, change, why) => {
    const admin = await anAdministrator()
    await sql`insert into officers (id, username, name, password_hash, roles, created_at)
      values (gen_random_uuid(), 'taken', 'x', 'x:x', '{editor}', ${MONDAY}) on conflict do nothing`

    const outcome = await addOfficer(admin, { ...draft, username: 'new', ...change }, null)

    expect(outcome).toEqual({ kind: 'refused', why })
  })

  it('shuts an account, and its officer is out at once', async () => {
    const admin = await anAdministrator()
    const made = await addOfficer(admin, { ...draft, username: 'leaves' }, 'mật khẩu đầu tiên')
    const id = made.kind === 'done' ? made.id : ''
    const given = { username: 'leaves', password: 'mật khẩu đầu tiên' }
    const session = await signIn({ sql, secrets }, given, MONDAY)

    await disableOfficer(admin, id)

    const token = session.kind === 'done' ? session.token : ''
    expect(await officerOfToken(sql, token, MONDAY)).toBeNull()
    expect((await signIn({ sql, secrets }, given, MONDAY)).kind).toBe('wrong')
  })

  it('gives a new password, and the old one is good no more', async () => {
    const admin = await anAdministrator()
    const made = await addOfficer(admin, { ...draft, username: 'forgets' }, 'mật khẩu đầu tiên')

    const reset = await resetPassword(admin, made.kind === 'done' ? made.id : '')

    const password = reset.kind === 'done' ? reset.password : ''
    const tries = [password, 'mật khẩu đầu tiên'].map((one) =>
      signIn({ sql, secrets }, { username: 'forgets', password: one }, MONDAY),
    )
    expect((await Promise.all(tries)).map((outcome) => outcome.kind)).toEqual(['done', 'wrong'])
  })

  it('finds officers without diacritics, page by page, each once', async () => {
    const { sql: own } = await createDatabase()
    const names = Array.from({ length: 25 }, (_, place) => `Nguyễn Thị Đào ${place}`)
    for (const name of names) await anOfficer(own, { name })
    await anOfficer(own, { name: 'Lê Văn Bưởi' })

    const first = await listOfficers(own, { q: 'thi dao' }, { limit: 20 })
    const second = await listOfficers(own, { q: 'THỊ ĐÀO' }, { limit: 20, cursor: first.nextCursor ?? '' })

    expect(second.nextCursor).toBeNull()
    expect([...first.items, ...second.items].map(({ name }) => name).sort()).toEqual(names.sort())
  })
})

describe('the last administrator', () => {
  it('can neither be shut out nor lose the role', async () => {
    const { sql: own } = await createDatabase()
    const admin = await anAdministrator(own)

    const outcomes = [
      await disableOfficer(admin, admin.id),
      await changeOfficer(admin, admin.id, { name: 'A', roles: ['editor'], unitId: null }),
    ]

    expect(outcomes).toEqual([
      { kind: 'refused', why: 'last-administrator' },
      { kind: 'refused', why: 'last-administrator' },
    ])
  })

  it('is left when two administrators shut each other out at the same time', async () => {
    const { sql: own } = await createDatabase()
    const [one, other] = [await anAdministrator(own), await anAdministrator(own)]

    await Promise.all([disableOfficer(one, other.id), disableOfficer(other, one.id)])

    const left = await own`select id from officers where disabled_at is null`
    expect(left).toHaveLength(1)
  })
})
