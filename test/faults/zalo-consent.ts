import { createZaloCare } from '../../src/channels/zalo/account-care.ts'
import { createZalo } from '../../src/channels/zalo/adapter.ts'
import { systemClock } from '../../src/clock.ts'
import type { Sql } from '../../src/db/client.ts'
import { newId } from '../../src/ids.ts'
import { createSecrets } from '../../src/secrets.ts'
import type { FakeZalo } from '../fakes/zalo.ts'
import { KEY } from './crowd.ts'

const silent = { info() {}, warn() {}, error() {} }

/** An administrator consents once more in the browser, as the page of the console has it done. */
export async function consentAgain(sql: Sql, fake: FakeZalo, clockOffsetSeconds = 0): Promise<string> {
  const secrets = createSecrets(KEY)
  const clock = systemClock(clockOffsetSeconds)
  const zalo = createZalo({ settings: fake.settings, sql, secrets, clock, log: silent })
  const care = createZaloCare({ ...fake.settings, codeVerifier: undefined, sql, secrets, clock, zalo })
  const officerId = newId()
  const { searchParams } = await fake.consent(await care.beginConsent(officerId, 'http://console.test/zalo/consent'))
  const given = (name: string) => searchParams.get(name) ?? ''
  const outcome = await care.endConsent({
    officerId,
    state: given('state'),
    code: given('code'),
    account: given('oa_id'),
  })
  await zalo.close()
  return outcome.kind
}

export interface TokenRow {
  refusal: string | null
  is_marked: boolean
  obtained_at: Date
  expires_at: Date | null
}

export async function tokenRow(sql: Sql): Promise<TokenRow | null> {
  const [row] = await sql<TokenRow[]>`
    select refusal, rotation_id is not null as is_marked, obtained_at, expires_at from zalo_tokens`
  return row ?? null
}

export async function alarms(sql: Sql): Promise<string[]> {
  return (await sql<{ code: string }[]>`select code from channel_alarms order by code`).map(({ code }) => code)
}
