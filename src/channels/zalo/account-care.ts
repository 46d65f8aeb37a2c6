import { z } from 'zod'
import type { Clock } from '../../clock.ts'
import type { Sql } from '../../db/client.ts'
import type { AccountCare, AccountHealth } from '../../messaging/account-care.ts'
import type { Secrets } from '../../secrets.ts'
import type { ZaloChannel } from './adapter.ts'
import { createConsent } from './consent.ts'
import { ZALO_WINDOW } from './ledger.ts'
import { createTemplates } from './templates.ts'

export interface CareOptions {
  sql: Sql
  secrets: Secrets
  clock: Clock
  zalo: ZaloChannel
  appId: string
  oauthRoot: string
  codeVerifier: string | undefined
}

const NOTICES_DAYS = 30
const HOUR_MS = 3_600_000

const cardSchema = z.object({
  name: z.string().nullable().optional().catch(null),
  package_name: z.string().nullable().optional().catch(null),
  is_verified: z
    .union([z.boolean(), z.number().transform(Boolean)])
    .nullable()
    .optional()
    .catch(null),
})

/** Numbers come as texts here. */
const quotaSchema = z.object({
  remainingQuota: z.coerce.number().int(),
  dailyQuota: z.coerce.number().int().nullable().optional().default(null).catch(null),
})

/** What an administrator sees of the official account and does about it. */
export function createZaloCare(options: CareOptions): AccountCare {
  const { sql, secrets, clock, zalo } = options
  const { account } = zalo
  const consent = createConsent({ ...options, sql, secrets, clock, api: zalo.api, tokens: zalo.tokens, account })
  const templates = createTemplates({ sql, clock, account, get: zalo.get })
  return {
    async health(now): Promise<AccountHealth> {
      const [token, [failure], quotas, alarms, people, notices] = await Promise.all([
        zalo.tokens.state(),
        sql<{ last_at: Date }[]>`
          select last_at from signature_failures where channel = 'zalo' and account = ${account}`,
        sql<{ name: string; remaining: number | null; total: number | null; seen_at: Date }[]>`
          select name, remaining, total, seen_at from channel_quotas
          where channel = 'zalo' and account = ${account} order by name`,
        sql<{ code: string; detail: string; count: number; last_at: Date }[]>`
          select code, detail, count, last_at from channel_alarms
          where channel = 'zalo' and account = ${account} order by last_at desc limit 50`,
        countPeople(sql, account, now),
        countNotices(sql, account, now),
      ])
      return {
        account,
        token,
        lastSignatureFailureAt: failure?.last_at ?? null,
        quotas: quotas.map(({ seen_at: seenAt, ...quota }) => ({ ...quota, seenAt })),
        alarms: alarms.map(({ last_at: lastAt, ...alarm }) => ({ ...alarm, lastAt })),
        people,
        notices,
      }
    },
    async card() {
      const answer = await zalo.get('account', '/v2.0/oa/getoa', {})
      const card = answer?.kind === 'ok' ? cardSchema.safeParse(answer.data).data : undefined
      if (card === undefined) return null
      const { name = null, package_name: packageName = null, is_verified: isVerified = null } = card
      return { name, packageName, isVerified }
    },
    purposes: templates.purposes,
    approvedTemplates: templates.approved,
    chooseTemplate: templates.choose,
    async askQuota() {
      const answer = await zalo.get('template', '/message/quota', {})
      const quota = answer?.kind === 'ok' ? quotaSchema.safeParse(answer.data).data : undefined
      if (quota === undefined) return false
      // The same name as in the answers to notices, so that there is one figure.
      await zalo.ledger.noteQuota('template-daily', quota.remainingQuota, quota.dailyQuota, clock.now())
      return true
    },
    beginConsent: consent.begin,
    endConsent: consent.end,
    dismissAlarm: (code) => zalo.ledger.settleAlarm(code),
  }
}

async function countPeople(sql: Sql, account: string, now: Date): Promise<AccountHealth['people']> {
  const since = (hours: number) => new Date(now.getTime() - hours * HOUR_MS)
  const [row] = await sql<{ free: number; paid: number; template: number }[]>`
    select count(*) filter (where last_interaction_at > ${since(ZALO_WINDOW.freeHours)}) as free,
      count(*) filter (where last_interaction_at <= ${since(ZALO_WINDOW.freeHours)}
        and last_interaction_at > ${since(ZALO_WINDOW.talkHours)}) as paid,
      count(*) filter (where last_interaction_at <= ${since(ZALO_WINDOW.talkHours)}) as template
    from reply_windows where channel = 'zalo' and account = ${account}
      and last_interaction_at > ${since(ZALO_WINDOW.templateDays * 24)}`
  return row ?? { free: 0, paid: 0, template: 0 }
}

async function countNotices(sql: Sql, account: string, now: Date): Promise<AccountHealth['notices']> {
  const [row] = await sql<AccountHealth['notices'][]>`
    select count(*) filter (where state = 'sent') as sent, count(*) filter (where state = 'uncertain') as uncertain,
      count(*) filter (where state = 'refused') as refused,
      coalesce(sum(price) filter (where state <> 'refused'), 0)::int as cost
    from paid_notices where channel = 'zalo' and account = ${account}
      and sent_at > ${new Date(now.getTime() - NOTICES_DAYS * 24 * HOUR_MS)}`
  return row ?? { sent: 0, uncertain: 0, refused: 0, cost: 0 }
}
