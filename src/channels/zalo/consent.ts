import { createHash, randomBytes } from 'node:crypto'
import type { Clock } from '../../clock.ts'
import type { Sql } from '../../db/client.ts'
import type { ConsentOutcome } from '../../messaging/account-care.ts'
import { open, type Secrets, seal } from '../../secrets.ts'
import { readGrant, type Tokens } from './tokens.ts'
import type { ZaloApi } from './zalo-api.ts'

export interface ConsentOptions {
  sql: Sql
  secrets: Secrets
  clock: Clock
  api: Pick<ZaloApi, 'oauth'>
  tokens: Pick<Tokens, 'accept'>
  account: string
  appId: string
  oauthRoot: string
  /** Where the app's console pins the verifier for consents of official accounts; else each gets its own. */
  codeVerifier: string | undefined
}

/** Zalo's code is good for ten minutes; whoever consents may read the page first. */
const GOOD_FOR_MS = 30 * 60_000

/** The consent of an administrator of the official account (OAuth v4 with PKCE), which gives a first pair of tokens. */
export function createConsent(options: ConsentOptions) {
  const { sql, secrets, clock, api, tokens, account } = options
  const hashOf = (state: string) => createHash('sha256').update(state).digest()

  return {
    async begin(officerId: string, returnTo: string): Promise<string> {
      const state = randomBytes(32).toString('base64url')
      const verifier = options.codeVerifier ?? randomBytes(32).toString('base64url')
      const { key, sealed } = secrets.newPersonKey()
      const expiresAt = new Date(clock.now().getTime() + GOOD_FOR_MS)
      await sql`delete from zalo_consents where expires_at < ${clock.now()}`
      await sql`insert into zalo_consents (state_hash, officer_id, sealed_key, sealed_verifier, expires_at)
        values (${hashOf(state)}, ${officerId}, ${sealed}, ${seal(key, Buffer.from(verifier))}, ${expiresAt})`
      const url = new URL(`${options.oauthRoot}/v4/oa/permission`)
      url.searchParams.set('app_id', options.appId)
      url.searchParams.set('redirect_uri', returnTo)
      url.searchParams.set('code_challenge', createHash('sha256').update(verifier).digest('base64url'))
      url.searchParams.set('state', state)
      return url.href
    },

    async end(given: { officerId: string; state: string; code: string; account: string }): Promise<ConsentOutcome> {
      const [row] = await sql<{ sealed_key: Buffer; sealed_verifier: Buffer }[]>`
        delete from zalo_consents
        where state_hash = ${hashOf(given.state)} and officer_id = ${given.officerId} and expires_at > ${clock.now()}
        returning sealed_key, sealed_verifier`
      if (row === undefined) return { kind: 'unknown' }
      if (given.account !== account) return { kind: 'other-account' }
      const verifier = open(secrets.openPersonKey(row.sealed_key), row.sealed_verifier).toString()
      const answer = await api.oauth({
        grant_type: 'authorization_code',
        code: given.code,
        code_verifier: verifier,
      })
      const pair = readGrant(answer)
      if (pair !== null) {
        await tokens.accept(pair)
        return { kind: 'done' }
      }
      if (answer.kind === 'error') return { kind: 'refused', reason: `${answer.code} ${answer.message}`.trim() }
      return { kind: 'unreachable' }
    },
  }
}
