import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { createZalo } from '../../../src/channels/zalo/adapter.ts'
import { tokenState } from '../../../src/channels/zalo/token-state.ts'
import { FIRST_REFRESH_TOKEN, startFakeZalo } from '../../fakes/zalo.ts'
import { createDatabase } from '../../support/database.ts'
import { secrets } from '../../support/spine.ts'
import { type Account, anAccount, hour, silent, somebody } from './account.ts'

const { sql } = await createDatabase()

/** The same account as another process has it. */
function anotherProcess({ fake, clock }: Account) {
  return createZalo({ settings: fake.settings, sql, secrets, clock, log: silent })
}

/** Half a minute since somebody marked the refresh token as in use: nobody is at it any more. */
const letTheMarkAge = () => sql`update zalo_tokens set rotation_begun_at = rotation_begun_at - interval '30 seconds'`
const alarms = async () => (await sql`select code from channel_alarms order by code`).map(({ code }) => code)

describe('the tokens of an official account', () => {
  it('come from the first refresh token, which is used once', async () => {
    await using account = await anAccount(sql, { isNew: true })
    const before = await account.zalo.tokens.access()

    for (let look = 0; look < 3; look++) await account.zalo.tokens.keepFresh()

    expect(before).toBeNull()
    expect(await account.zalo.tokens.access()).toMatch(/^access-/)
    expect(account.fake.spent).toEqual([FIRST_REFRESH_TOKEN])
  })

  it('are renewed well before they end', async () => {
    await using account = await anAccount(sql)
    const first = await account.zalo.tokens.access()

    account.clock.wait(hour(12))
    const early = await account.zalo.tokens.keepFresh()
    account.clock.wait(hour(1))
    await account.zalo.tokens.keepFresh()

    expect(early).toBe('fresh')
    expect(await account.zalo.tokens.access()).not.toBe(first)
    expect(account.fake.spent).toHaveLength(2)
  })

  it('are renewed once, however many processes find it due at the same moment', async () => {
    await using account = await anAccount(sql)
    const processes = Array.from({ length: 8 }, () => anotherProcess(account))
    account.clock.wait(hour(20))

    await Promise.all(processes.map(({ tokens }) => tokens.keepFresh()))
    const tokens = await Promise.all(processes.map((process) => process.tokens.access()))
    await Promise.all(processes.map((process) => process.close()))

    expect(new Set(account.fake.spent).size).toBe(account.fake.spent.length)
    expect(account.fake.spent).toHaveLength(2)
    expect(new Set(tokens).size).toBe(1)
  })

  it('go on from where they are after a restart, whatever the settings still say', async () => {
    await using account = await anAccount(sql)
    const next = anotherProcess(account)

    await next.tokens.keepFresh()

    expect(await next.tokens.access()).toBe(await account.zalo.tokens.access())
    expect(account.fake.spent).toHaveLength(1)
    await next.close()
  })

  it('are unreadable in the database', async () => {
    await using account = await anAccount(sql)

    const [row] = await sql`select sealed_pair::text || sealed_key::text as text from zalo_tokens`
    const token = (await account.zalo.tokens.access()) ?? ''

    expect(row?.text).not.toContain(Buffer.from(token).toString('hex'))
    expect(row?.text).not.toContain(Buffer.from(account.fake.refreshToken ?? '').toString('hex'))
  })
})

describe('a new pair of tokens', () => {
  it('is in the database before anybody uses it, even when the database comes back late', async () => {
    await using account = await anAccount(sql)
    const { zalo, clock, fake } = account
    const first = await zalo.tokens.access()
    await sql`create or replace function refuse_pair() returns trigger language plpgsql as
      $$ begin if new.rotation_id is null and old.rotation_id is not null then raise exception 'the disk is full'; end if; return new; end $$`
    await sql`create trigger refuse_pair before update on zalo_tokens for each row execute function refuse_pair()`
    clock.wait(hour(20))

    const renewal = zalo.tokens.keepFresh()
    await fake.until(() => fake.spent.length === 2)
    const meanwhile = await zalo.tokens.access()
    await sql`drop trigger refuse_pair on zalo_tokens`
    await renewal
    const next = await zalo.tokens.access()

    expect(meanwhile).toBe(first)
    expect(next).not.toBe(first)
    expect(fake.spent).toHaveLength(2)
  })

  it('that got lost between Zalo and us raises an alarm, burns no message, and the old access serves on', async () => {
    await using account = await anAccount(sql)
    const { zalo, clock, fake } = account
    const address = somebody()
    await fake.person(address).says('xin chào')
    clock.wait(hour(13))
    fake.fail({ kind: 'accept-then-reset' }, { on: 'oauth', times: 1 })

    await zalo.tokens.keepFresh()
    await letTheMarkAge()
    const state = await zalo.tokens.keepFresh()
    const outcome = await account.deliver(address, 'vẫn gửi được')

    expect(state).toBe('doubtful')
    expect(await alarms()).toEqual(['token-doubtful'])
    expect(outcome.kind).toBe('delivered')
    expect(fake.spent).toHaveLength(2)
  })

  it('is fetched with the old refresh token once more when nothing is left to lose, and the call had not got through', async () => {
    await using account = await anAccount(sql)
    const { zalo, clock, fake } = account
    clock.wait(hour(13))
    fake.fail({ kind: 'reset' }, { on: 'oauth', times: 1 })
    await zalo.tokens.keepFresh()
    await letTheMarkAge()

    clock.wait(hour(11) + 3_000)
    await zalo.tokens.keepFresh()

    expect((await zalo.tokens.state()).state).toBe('fresh')
    expect(await alarms()).toEqual([])
  })

  it('that is lost for good holds messages until an administrator consents again', async () => {
    await using account = await anAccount(sql)
    const { zalo, clock, fake } = account
    const address = somebody()
    await fake.person(address).says('xin chào')
    clock.wait(hour(13))
    fake.fail({ kind: 'accept-then-reset' }, { on: 'oauth', times: 1 })
    await zalo.tokens.keepFresh()
    await letTheMarkAge()
    clock.wait(hour(13))
    for (let look = 0; look < 4; look++) await zalo.tokens.keepFresh()

    const held = await account.deliver(address, 'chờ')
    const spent = fake.spent.length
    await zalo.tokens.accept({ access: 'x', refresh: 'y', lifeSeconds: 90_000 })

    expect(held).toMatchObject({ kind: 'hold', reason: 'no token' })
    expect(await zalo.tokens.access()).toBe('x')
    expect(spent).toBe(3)
    expect((await zalo.tokens.state()).state).toBe('fresh')
    expect(await alarms()).toEqual([])
  })

  it('is asked for again when the call never left', async () => {
    const fake = await startFakeZalo()
    await using account = await anAccount(sql, { isNew: true })
    const away = createZalo({
      settings: { ...fake.settings, oauthRoot: 'http://127.0.0.1:1' },
      sql,
      secrets,
      clock: account.clock,
      log: silent,
    })

    await away.tokens.keepFresh()
    const states = [(await away.tokens.state()).state]
    await account.zalo.tokens.keepFresh()
    states.push((await account.zalo.tokens.state()).state)

    expect(states).toEqual(['due', 'fresh'])
    expect(account.fake.spent).toEqual([FIRST_REFRESH_TOKEN])
    await away.close()
    await fake.close()
  })

  it('comes from a new first token in the settings once the old one was refused', async () => {
    await using account = await anAccount(sql, { isNew: true })
    account.fake.revoke()
    await account.zalo.tokens.keepFresh()
    const refused = (await account.zalo.tokens.state()).state
    const other = await startFakeZalo({ refreshToken: 'a-new-first-token' })
    const restarted = createZalo({ settings: other.settings, sql, secrets, clock: account.clock, log: silent })

    await restarted.tokens.keepFresh()

    expect(refused).toBe('refused')
    expect(await restarted.tokens.access()).toMatch(/^access-/)
    expect(await account.zalo.tokens.keepFresh()).toBe('fresh')
    await restarted.close()
    await other.close()
  })
})

describe('an access token that Zalo does not take', () => {
  it('is renewed once and the message sent, without anybody noticing', async () => {
    await using account = await anAccount(sql)
    const address = somebody()
    await account.fake.person(address).says('xin chào')
    account.clock.wait(hour(1))
    account.fake.dropAccessTokens()

    const outcomes = await Promise.all(['một', 'hai', 'ba'].map((text) => account.deliver(address, text)))

    expect(outcomes.map(({ kind }) => kind)).toEqual(['delivered', 'delivered', 'delivered'])
    expect(account.fake.spent).toHaveLength(2)
  })

  it('is renewed by a last try when the next pair is doubtful, once nobody is at it any more', async () => {
    await using account = await anAccount(sql)
    const { zalo, clock, fake } = account
    const address = somebody()
    await fake.person(address).says('xin chào')
    clock.wait(hour(13))
    fake.fail({ kind: 'reset' }, { on: 'oauth', times: 1 })
    await zalo.tokens.keepFresh()
    fake.dropAccessTokens()

    const early = await account.deliver(address, 'một')
    await letTheMarkAge()
    const others = Array.from({ length: 4 }, () => anotherProcess(account))
    const used = (await zalo.tokens.access()) ?? ''
    await Promise.all(others.map(({ tokens }) => tokens.renew(used)))
    const outcome = await account.deliver(address, 'một')
    await Promise.all(others.map((other) => other.close()))

    expect(early.kind).toBe('hold')
    expect(outcome.kind).toBe('delivered')
    expect(fake.spent).toHaveLength(2)
    expect((await zalo.tokens.state()).state).toBe('fresh')
  })

  it('is not lost with a pair that waits for the database while another process makes a last try', async () => {
    await using account = await anAccount(sql)
    const { zalo, clock, fake } = account
    await sql`create or replace function refuse_pair() returns trigger language plpgsql as
      $$ begin if new.sealed_pair <> old.sealed_pair then raise exception 'the disk is full'; end if; return new; end $$`
    await sql`create trigger refuse_pair before update on zalo_tokens for each row execute function refuse_pair()`
    clock.wait(hour(20))
    const used = (await zalo.tokens.access()) ?? ''
    const renewal = zalo.tokens.keepFresh()
    await fake.until(() => fake.spent.length === 2)
    await letTheMarkAge()
    const other = anotherProcess(account)

    await other.tokens.renew(used)
    const refused = (await other.tokens.state()).state
    await sql`drop trigger refuse_pair on zalo_tokens`
    await renewal
    await other.close()

    expect(refused).toBe('refused')
    expect((await zalo.tokens.state()).state).toBe('fresh')
    expect(await zalo.tokens.access()).not.toBe(used)
  })

  it('is not renewed for ever when new ones fare no better', async () => {
    await using account = await anAccount(sql)
    const address = somebody()
    await account.fake.person(address).says('xin chào')
    account.clock.wait(hour(1))
    account.fake.fail({ kind: 'error', code: -216, message: 'Access token is invalid' })

    const outcomes = []
    for (let attempt = 0; attempt < 4; attempt++) outcomes.push(await account.deliver(address, 'một'))

    expect(outcomes.map(({ kind }) => kind)).toEqual(['hold', 'hold', 'hold', 'hold'])
    expect(account.fake.spent).toHaveLength(2)
    expect(await alarms()).toEqual(['zalo -216'])
  })

  it('is in no outcome, no error and no log', async () => {
    const lines: unknown[] = []
    const keep = (...line: unknown[]) => lines.push(...line)
    const broken = createServer((_request, response) => response.destroy())
    await new Promise<void>((resolve) => broken.listen(0, '127.0.0.1', resolve))
    const root = `http://127.0.0.1:${(broken.address() as AddressInfo).port}`
    await using account = await anAccount(sql)
    const log = { info: keep, warn: keep, error: keep }
    const settings = { ...account.fake.settings, apiRoot: root, oauthRoot: root, refreshToken: 'very-secret' }
    const zalo = createZalo({ settings, sql, secrets, clock: account.clock, log })
    const token = (await zalo.tokens.access()) ?? 'none'
    account.clock.wait(hour(20))

    const message = { text: 'xin chào', actions: [], attachmentId: null }
    const outcome = await zalo.deliver({ id: 1, contactId: 'c', address: 'u1', message })
    await zalo.tokens.keepFresh()
    const failure = await zalo.fetchFile(`${root}/media/1`).catch((error: unknown) => error)

    const all = JSON.stringify([outcome, lines, String(failure), (failure as Error).stack])
    expect(lines.length).toBeGreaterThan(0)
    expect(all).not.toContain(token)
    expect(all).not.toContain('very-secret')
    await zalo.close()
    broken.close()
  })
})

describe('the state of tokens', () => {
  const NOW = new Date('2026-11-23T08:00:00Z')
  const hours = (count: number) => new Date(NOW.getTime() + count * 3_600_000)
  const record = { obtainedAt: hours(-1), expiresAt: hours(24), rotationSeconds: null, refusal: null }

  it.each([
    ['none', null],
    ['fresh', record],
    ['due', { ...record, obtainedAt: hours(-13), expiresAt: hours(12) }],
    ['due', { ...record, expiresAt: null }],
    ['rotating', { ...record, rotationSeconds: 3 }],
    ['doubtful', { ...record, rotationSeconds: 60 }],
    ['last-try', { ...record, rotationSeconds: 60, expiresAt: hours(0.4) }],
    ['last-try', { ...record, rotationSeconds: 60, expiresAt: null }],
    ['refused', { ...record, refusal: '-14014' }],
  ] as const)('is %s', (expected, known) => {
    expect(tokenState(known, NOW)).toBe(expected)
  })
})
