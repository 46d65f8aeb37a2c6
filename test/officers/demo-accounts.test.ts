import { describe, expect, it } from 'vitest'
import { createDemoAccounts } from '../../src/officers/demo-accounts.ts'
import { signIn } from '../../src/officers/sign-in.ts'
import { COMMUNE_UNIT, desk, MONDAY } from '../desk/desk-builders.ts'
import { createDatabase } from '../support/database.ts'

describe('demonstration accounts', () => {
  it('are one per unit of today and one per office, with a password made up once', async () => {
    const { sql } = await createDatabase()

    const password = await createDemoAccounts(sql, desk.territory, { password: null }, MONDAY)
    const again = await createDemoAccounts(sql, desk.territory, { password: null }, MONDAY)

    const names = (await sql<{ username: string }[]>`select username from officers`).map((row) => row.username)
    const desks = names.filter((name) => name.startsWith('xa_'))
    expect(password).toMatch(/^(\w{4}-){3}\w{4}$/)
    expect(again).toBeNull()
    expect(desks).toHaveLength(104)
    expect(names).toEqual(expect.arrayContaining(['admin', 'editor', 'approver', 'auditor', 'so_y_te']))
    expect(names).not.toContain('so_ldtbxh')
    expect(
      await signIn({ sql, secrets: desk.secrets }, { username: COMMUNE_UNIT, password: password ?? '' }, MONDAY),
    ).toMatchObject({
      kind: 'done',
      officer: { unitId: COMMUNE_UNIT, roles: ['commune_officer'] },
    })
  })

  it('take the password they are given, also when it is given later', async () => {
    const { sql } = await createDatabase()
    await createDemoAccounts(sql, desk.territory, { password: null }, MONDAY)

    const made = await createDemoAccounts(sql, desk.territory, { password: 'thử nghiệm' }, MONDAY)

    expect(made).toBeNull()
    expect(
      await signIn({ sql, secrets: desk.secrets }, { username: 'admin', password: 'thử nghiệm' }, MONDAY),
    ).toMatchObject({
      kind: 'done',
      officer: { roles: ['administrator', 'supervisor'] },
    })
  })
})
