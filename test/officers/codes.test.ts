import { describe, expect, it } from 'vitest'
import { changeOwnPassword, removeOwnTotp } from '../../src/officers/change-password.ts'
import { hashPassword } from '../../src/officers/password.ts'
import { beginTotp, codeState, confirmTotp } from '../../src/officers/second-step.ts'
import { officerOfToken } from '../../src/officers/sessions.ts'
import { signIn, signInWithCode } from '../../src/officers/sign-in.ts'
import { codeAt, stepOfCode } from '../../src/officers/totp.ts'
import { createDatabase } from '../support/database.ts'
import { secrets } from '../support/spine.ts'

const { sql } = await createDatabase()
const services = { sql, secrets }
const PASSWORD = 'đúng mật khẩu'
const passwordHash = await hashPassword(PASSWORD)
const NOW = new Date('2026-11-23T08:00:00+07:00')

function secondsLater(seconds: number): Date {
  return new Date(NOW.getTime() + seconds * 1_000)
}

/** Somebody who turned the codes on a minute ago. */
async function withCodes(username: string) {
  const [row] = await sql<{ id: string }[]>`
    insert into officers (id, username, name, password_hash, roles, created_at)
    values (gen_random_uuid(), ${username}, 'Cán bộ', ${passwordHash}, '{commune_officer}', ${NOW}) returning id`
  const id = row?.id ?? ''
  const secret = (await beginTotp(services, id)) ?? Buffer.alloc(0)
  const recovery = (await confirmTotp(services, id, codeAt(secret, secondsLater(-60)), secondsLater(-60))) ?? []
  return {
    id,
    username,
    recovery,
    code: (at: Date = NOW) => codeAt(secret, at),
    signsIn: (totp?: string, at: Date = NOW) => signIn(services, { username, password: PASSWORD, totp }, at),
  }
}

describe('the clock of one-time codes', () => {
  it('gives the codes of the standard’s own examples', () => {
    const secret = Buffer.from('12345678901234567890')

    const codes = [59, 1_111_111_109, 1_234_567_890, 20_000_000_000].map((seconds) =>
      codeAt(secret, new Date(seconds * 1_000)),
    )

    expect(codes).toEqual(['287082', '081804', '005924', '353130'])
    expect(stepOfCode(secret, '287 082', new Date(59_000))).toBe(1)
  })
})

describe('an officer with one-time codes', () => {
  it('is asked for one once the password is right, and gets in with it', async () => {
    const officer = await withCodes('a')

    const asked = await officer.signsIn()
    const challenge = asked.kind === 'code-needed' ? asked.challenge : ''
    const inside = await signInWithCode(services, { challenge, code: officer.code() }, NOW)

    expect(asked.kind).toBe('code-needed')
    expect(inside).toMatchObject({ kind: 'done', officer: { username: 'a' } })
  })

  it('gets in once with each code: whoever looked over the shoulder is too late', async () => {
    const officer = await withCodes('b')
    await officer.signsIn(officer.code())

    const again = await officer.signsIn(officer.code(), secondsLater(5))
    const next = await officer.signsIn(officer.code(secondsLater(30)), secondsLater(30))

    expect(again.kind).toBe('wrong-code')
    expect(next.kind).toBe('done')
  })

  it('gets in once, also when the same code arrives twice at the same time', async () => {
    const officer = await withCodes('c')

    const both = await Promise.all([officer.signsIn(officer.code()), officer.signsIn(officer.code())])

    expect(both.map((outcome) => outcome.kind).sort()).toEqual(['done', 'wrong-code'])
  })

  it('is not told about codes with a wrong password', async () => {
    await withCodes('d')

    expect(await signIn(services, { username: 'd', password: 'sai' }, NOW)).toEqual({ kind: 'wrong' })
  })

  it('is locked out by ten wrong codes, like by ten wrong passwords', async () => {
    const officer = await withCodes('e')
    for (let count = 0; count < 10; count++) await officer.signsIn('000000')

    expect((await officer.signsIn(officer.code())).kind).toBe('locked')
  })

  it('gets in with a recovery code, once', async () => {
    const officer = await withCodes('f')
    const [code = ''] = officer.recovery

    const first = await officer.signsIn(code.toUpperCase())
    const second = await officer.signsIn(code)

    expect(first.kind).toBe('done')
    expect(second.kind).toBe('wrong-code')
    expect(await codeState(sql, officer.id)).toEqual({ isOn: true, recoveryLeft: 9 })
  })

  it('must begin anew when the second step takes longer than ten minutes', async () => {
    const officer = await withCodes('g')
    const asked = await officer.signsIn()
    const challenge = asked.kind === 'code-needed' ? asked.challenge : ''
    const late = secondsLater(601)

    expect(await signInWithCode(services, { challenge, code: officer.code(late) }, late)).toEqual({ kind: 'wrong' })
    expect(await signInWithCode(services, { challenge: `${challenge}x`, code: officer.code() }, NOW)).toEqual({
      kind: 'wrong',
    })
  })

  it('turns them off with password and code, not with one of the two', async () => {
    const officer = await withCodes('h')

    const outcomes = [
      await removeOwnTotp(services, officer.id, { password: 'sai', code: officer.code() }, NOW),
      await removeOwnTotp(services, officer.id, { password: PASSWORD, code: '000000' }, NOW),
      await removeOwnTotp(services, officer.id, { password: PASSWORD, code: officer.code() }, NOW),
    ]

    expect(outcomes.map((outcome) => outcome.kind)).toEqual(['wrong', 'wrong', 'done'])
    expect((await officer.signsIn()).kind).toBe('done')
  })

  it('has no secret and no code readable in the database', async () => {
    const officer = await withCodes('i')

    const [kept] = await sql<{ row: string; codes: string }[]>`
      select (select o::text from officers o where id = ${officer.id}) as row,
        (select string_agg(r::text, ',') from recovery_codes r where officer_id = ${officer.id}) as codes`

    const hex = (text: string) => Buffer.from(text).toString('hex')
    expect(kept?.row).toContain('\\x')
    expect(officer.recovery.filter((code) => kept?.codes.includes(hex(code)) || kept?.codes.includes(code))).toEqual([])
  })
})

describe('an officer who changes the password', () => {
  it('is out everywhere else, and stays in here', async () => {
    const officer = await withCodes('j')
    const [here, there] = [await officer.signsIn(officer.recovery[0]), await officer.signsIn(officer.recovery[1])]
    const [token, other] = [here, there].map((outcome) => (outcome.kind === 'done' ? outcome.token : ''))

    const outcome = await changeOwnPassword(
      services,
      { officerId: officer.id, token: token ?? '' },
      { old: PASSWORD, fresh: 'một câu dài dễ nhớ' },
      NOW,
    )

    expect(outcome).toEqual({ kind: 'done' })
    expect(await officerOfToken(sql, token ?? '', NOW)).toMatchObject({ username: 'j' })
    expect(await officerOfToken(sql, other ?? '', NOW)).toBeNull()
    expect((await officer.signsIn()).kind).toBe('wrong')
  })

  it('is refused a short one, and the old one is still good', async () => {
    const officer = await withCodes('k')

    const outcome = await changeOwnPassword(
      services,
      { officerId: officer.id, token: '' },
      { old: PASSWORD, fresh: 'ngắn' },
      NOW,
    )

    expect(outcome).toEqual({ kind: 'refused', why: 'too-short' })
    expect((await officer.signsIn()).kind).toBe('code-needed')
  })
})
