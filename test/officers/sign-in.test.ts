import { describe, expect, it } from 'vitest'
import { hashPassword } from '../../src/officers/password.ts'
import { officerOfToken, signOut } from '../../src/officers/sessions.ts'
import { signIn } from '../../src/officers/sign-in.ts'
import { createDatabase } from '../support/database.ts'
import { secrets } from '../support/spine.ts'

const { sql } = await createDatabase()
const passwordHash = await hashPassword('đúng mật khẩu')
const NOW = new Date('2026-11-23T08:00:00+07:00')

function minutesLater(minutes: number): Date {
  return new Date(NOW.getTime() + minutes * 60_000)
}

function attempt(given: { username: string; password: string }, at = NOW) {
  return signIn({ sql, secrets }, given, at)
}

/** What somebody learns who guesses, whoever the name belongs to. */
async function answersTo(username: string, at: readonly Date[]) {
  const answers: unknown[] = []
  for (const moment of at) answers.push(await attempt({ username, password: 'sai' }, moment))
  return answers
}

async function anAccount(username: string): Promise<{ username: string; password: string }> {
  await sql`insert into officers (id, username, name, password_hash, roles, created_at)
    values (gen_random_uuid(), ${username}, 'Cán bộ', ${passwordHash}, '{commune_officer}', ${NOW})`
  return { username, password: 'đúng mật khẩu' }
}

describe('an officer who signs in', () => {
  it('is known by the token for twelve hours', async () => {
    const account = await anAccount('a')

    const outcome = await attempt({ ...account, username: ' A ' })

    const token = outcome.kind === 'done' ? outcome.token : ''
    expect(outcome).toMatchObject({ kind: 'done', officer: { username: 'a', roles: ['commune_officer'] } })
    expect(await officerOfToken(sql, token, minutesLater(11 * 60))).toMatchObject({ username: 'a' })
    expect(await officerOfToken(sql, token, minutesLater(12 * 60))).toBeNull()
  })

  it('is nobody after signing out, and the token is not in the database', async () => {
    const account = await anAccount('b')
    const outcome = await attempt(account)
    const token = outcome.kind === 'done' ? outcome.token : ''
    const [kept] = await sql<{ found: boolean }[]>`
      select bool_or(token_hash = convert_to(${token}, 'utf8')) as found from officer_sessions`

    await signOut(sql, token, NOW)

    expect(kept?.found).toBe(false)
    expect(await officerOfToken(sql, token, NOW)).toBeNull()
  })

  it('is told the same for a wrong password and an unknown name', async () => {
    await anAccount('c')

    expect(await attempt({ username: 'c', password: 'sai' })).toEqual({ kind: 'wrong' })
    expect(await attempt({ username: 'nobody', password: 'sai' })).toEqual({ kind: 'wrong' })
  })

  it('stays out once the account is disabled, also with the right password', async () => {
    const account = await anAccount('d')
    await sql`update officers set disabled_at = ${NOW} where username = 'd'`

    expect(await attempt(account)).toEqual({ kind: 'wrong' })
  })
})

describe('an officer whose program signs in many times at once', () => {
  it('gets in each time', async () => {
    const account = await anAccount('parallel')

    const outcomes = await Promise.all(Array.from({ length: 20 }, () => attempt(account)))

    expect(outcomes.map((outcome) => outcome.kind)).toEqual(Array.from({ length: 20 }, () => 'done'))
  })
})

describe('somebody who guesses passwords', () => {
  it('locks the account for fifteen minutes with ten wrong ones', async () => {
    const account = await anAccount('e')
    for (let tries = 0; tries < 10; tries++) await attempt({ username: 'e', password: 'sai' })

    const locked = await attempt(account, minutesLater(14))
    const later = await attempt(account, minutesLater(15))

    expect(locked).toEqual({ kind: 'locked', until: minutesLater(15) })
    expect(later.kind).toBe('done')
  })

  it('gets no more than ten tries, also all at once', async () => {
    await anAccount('f')
    const guess = { username: 'f', password: 'sai' }

    const outcomes = await Promise.all(Array.from({ length: 15 }, () => attempt(guess)))

    expect(outcomes.filter((outcome) => outcome.kind === 'wrong')).toHaveLength(10)
  })

  it('does not get in with the right one among many sent at once', async () => {
    const { username, password } = await anAccount('h')
    const guesses = Array.from({ length: 40 }, () => attempt({ username, password: 'sai' }))

    const right = await Promise.all([...guesses, attempt({ username, password })])

    expect(right.at(-1)?.kind).toBe('locked')
  })

  it('does not count against an officer who gets it right in between', async () => {
    const account = await anAccount('g')
    for (let tries = 0; tries < 9; tries++) await attempt({ username: 'g', password: 'sai' })
    await attempt(account)

    await attempt({ username: 'g', password: 'sai' })

    expect((await attempt(account)).kind).toBe('done')
  })
})

describe('a name that nobody bears', () => {
  it('is locked like any other, so that guessing does not tell which names there are', async () => {
    await anAccount('known')
    const tries = [...Array.from({ length: 12 }, () => NOW), ...[14, 15, 16, 40].map(minutesLater)]

    const known = await answersTo('known', tries)
    const unknown = await answersTo('unknown', tries)

    expect(known.slice(9, 11)).toEqual([{ kind: 'wrong' }, { kind: 'locked', until: minutesLater(15) }])
    expect(unknown).toEqual(known)
  })

  it('that belonged to an account which is disabled now is locked just the same', async () => {
    await anAccount('gone')
    await sql`update officers set disabled_at = ${NOW} where username = 'gone'`

    const answers = await answersTo(
      'gone',
      Array.from({ length: 11 }, () => NOW),
    )

    expect(answers.at(-1)).toEqual({ kind: 'locked', until: minutesLater(15) })
  })

  it('is not kept in words, since it may be a password typed into the wrong field', async () => {
    await attempt({ username: 'mat-khau-bi-mat', password: 'sai' })

    const rows = await sql<{ row: string }[]>`select t::text as row from wrong_passwords t`

    expect(rows.length).toBeGreaterThan(0)
    expect(
      rows.filter(({ row }) => row.includes('bi-mat') || row.includes(Buffer.from('bi-mat').toString('hex'))),
    ).toEqual([])
  })

  it('is forgotten a quarter of an hour after the last try, so that a million names fill nothing', async () => {
    for (let count = 0; count < 5; count++) await attempt({ username: `guess-${count}`, password: 'sai' })

    await attempt({ username: 'one-more', password: 'sai' }, minutesLater(60))

    expect(await sql`select 1 from wrong_passwords`).toHaveLength(1)
  })
})
