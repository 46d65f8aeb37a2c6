import { describe, expect, it } from 'vitest'
import { hashPassword } from '../../src/officers/password.ts'
import { officerOfToken, signIn, signOut } from '../../src/officers/sign-in.ts'
import { createDatabase } from '../support/database.ts'

const { sql } = await createDatabase()
const passwordHash = await hashPassword('đúng mật khẩu')
const NOW = new Date('2026-11-23T08:00:00+07:00')

function minutesLater(minutes: number): Date {
  return new Date(NOW.getTime() + minutes * 60_000)
}

async function anAccount(username: string): Promise<{ username: string; password: string }> {
  await sql`insert into officers (id, username, name, password_hash, roles, created_at)
    values (gen_random_uuid(), ${username}, 'Cán bộ', ${passwordHash}, '{commune_officer}', ${NOW})`
  return { username, password: 'đúng mật khẩu' }
}

describe('an officer who signs in', () => {
  it('is known by the token for twelve hours', async () => {
    const account = await anAccount('a')

    const outcome = await signIn(sql, { ...account, username: ' A ' }, NOW)

    const token = outcome.kind === 'done' ? outcome.token : ''
    expect(outcome).toMatchObject({ kind: 'done', officer: { username: 'a', roles: ['commune_officer'] } })
    expect(await officerOfToken(sql, token, minutesLater(11 * 60))).toMatchObject({ username: 'a' })
    expect(await officerOfToken(sql, token, minutesLater(12 * 60))).toBeNull()
  })

  it('is nobody after signing out, and the token is not in the database', async () => {
    const account = await anAccount('b')
    const outcome = await signIn(sql, account, NOW)
    const token = outcome.kind === 'done' ? outcome.token : ''
    const [kept] = await sql<{ found: boolean }[]>`
      select bool_or(token_hash = convert_to(${token}, 'utf8')) as found from officer_sessions`

    await signOut(sql, token)

    expect(kept?.found).toBe(false)
    expect(await officerOfToken(sql, token, NOW)).toBeNull()
  })

  it('is told the same for a wrong password and an unknown name', async () => {
    await anAccount('c')

    expect(await signIn(sql, { username: 'c', password: 'sai' }, NOW)).toEqual({ kind: 'wrong' })
    expect(await signIn(sql, { username: 'nobody', password: 'sai' }, NOW)).toEqual({ kind: 'wrong' })
  })

  it('stays out once the account is disabled, also with the right password', async () => {
    const account = await anAccount('d')
    await sql`update officers set disabled_at = ${NOW} where username = 'd'`

    expect(await signIn(sql, account, NOW)).toEqual({ kind: 'wrong' })
  })
})

describe('an officer whose program signs in many times at once', () => {
  it('gets in each time', async () => {
    const account = await anAccount('parallel')

    const outcomes = await Promise.all(Array.from({ length: 20 }, () => signIn(sql, account, NOW)))

    expect(outcomes.map((outcome) => outcome.kind)).toEqual(Array.from({ length: 20 }, () => 'done'))
  })
})

describe('somebody who guesses passwords', () => {
  it('locks the account for fifteen minutes with ten wrong ones', async () => {
    const account = await anAccount('e')
    for (let tries = 0; tries < 10; tries++) await signIn(sql, { username: 'e', password: 'sai' }, NOW)

    const locked = await signIn(sql, account, minutesLater(14))
    const later = await signIn(sql, account, minutesLater(15))

    expect(locked).toEqual({ kind: 'locked', until: minutesLater(15) })
    expect(later.kind).toBe('done')
  })

  it('gets no more than ten tries, also all at once', async () => {
    await anAccount('f')
    const guess = { username: 'f', password: 'sai' }

    const outcomes = await Promise.all(Array.from({ length: 15 }, () => signIn(sql, guess, NOW)))

    expect(outcomes.filter((outcome) => outcome.kind === 'wrong')).toHaveLength(10)
  })

  it('does not get in with the right one among many sent at once', async () => {
    const { username, password } = await anAccount('h')
    const guesses = Array.from({ length: 40 }, () => signIn(sql, { username, password: 'sai' }, NOW))

    const right = await Promise.all([...guesses, signIn(sql, { username, password }, NOW)])

    expect(right.at(-1)?.kind).toBe('locked')
  })

  it('does not count against an officer who gets it right in between', async () => {
    const account = await anAccount('g')
    for (let tries = 0; tries < 9; tries++) await signIn(sql, { username: 'g', password: 'sai' }, NOW)
    await signIn(sql, account, NOW)

    await signIn(sql, { username: 'g', password: 'sai' }, NOW)

    expect((await signIn(sql, account, NOW)).kind).toBe('done')
  })
})
