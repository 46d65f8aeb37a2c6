import { z } from 'zod'
import type { Clock } from '../../clock.ts'
import type { Sql } from '../../db/client.ts'
import type { ApprovedTemplate, NoticePurposeView } from '../../messaging/account-care.ts'
import { NOTICE_PURPOSES, type NoticePurpose } from './notices.ts'
import type { ZaloAnswer } from './zalo-api.ts'

type Get = (family: 'template', path: string, query: Record<string, string>) => Promise<ZaloAnswer | null>

const MOST_SHOWN = 20
const price = z.coerce.number().int().nonnegative().nullable().optional().catch(null)
const id = z.union([z.string(), z.number()]).transform(String)
const listSchema = z.array(
  z.object({ templateId: id, templateName: z.string().default(''), status: z.string().default('') }),
)
const detailSchema = z.object({
  templateId: id,
  templateName: z.string().default(''),
  status: z.string().default(''),
  listParams: z.array(z.object({ name: z.string(), require: z.boolean().optional() })).default([]),
  price_sdt: price,
  price_uid: price,
})
type Detail = z.infer<typeof detailSchema>

const isPurpose = (purpose: string): purpose is NoticePurpose => purpose in NOTICE_PURPOSES

/** The templates that Zalo approved for the account, and which of them serves which purpose. */
export function createTemplates({ sql, clock, account, get }: { sql: Sql; clock: Clock; account: string; get: Get }) {
  async function detailOf(templateId: string): Promise<Detail | 'unknown' | 'unreachable'> {
    const answer = await get('template', '/template/info/v2', { template_id: templateId })
    if (answer?.kind === 'error') return 'unknown'
    if (answer?.kind !== 'ok') return 'unreachable'
    return detailSchema.safeParse(answer.data).data ?? 'unknown'
  }

  /** What we cannot give, whatever the purpose. */
  const strange = (detail: Detail, purpose: NoticePurpose) => {
    const known: readonly string[] = NOTICE_PURPOSES[purpose]
    return detail.listParams.map(({ name }) => name).filter((name) => !known.includes(name))
  }

  return {
    async purposes(): Promise<NoticePurposeView[]> {
      const rows = await sql<
        {
          purpose: string
          template_id: string
          name: string
          status: string
          price_by_uid: number | null
          price_by_phone: number | null
        }[]
      >`select purpose, template_id, name, status, price_by_uid, price_by_phone from zalo_templates
        where account = ${account}`
      return Object.entries(NOTICE_PURPOSES).map(([purpose, values]) => {
        const row = rows.find((one) => one.purpose === purpose)
        return {
          purpose,
          values,
          chosen: row
            ? {
                templateId: row.template_id,
                name: row.name,
                status: row.status,
                priceByUid: row.price_by_uid,
                priceByPhone: row.price_by_phone,
              }
            : null,
        }
      })
    },

    async approved(): Promise<ApprovedTemplate[] | null> {
      const answer = await get('template', '/template/all', { offset: '0', limit: '100', status: '1' })
      const listed = answer?.kind === 'ok' ? listSchema.safeParse(answer.data).data : undefined
      if (listed === undefined) return null
      const enabled = listed.filter(({ status }) => status === 'ENABLE').slice(0, MOST_SHOWN)
      const details = await Promise.all(enabled.map(({ templateId }) => detailOf(templateId)))
      return details.flatMap((detail) =>
        typeof detail === 'string'
          ? []
          : [
              {
                templateId: detail.templateId,
                name: detail.templateName,
                strangeParameters: strange(detail, 'answer-waits'),
              },
            ],
      )
    },

    async choose(
      purpose: string,
      templateId: string,
    ): Promise<'done' | 'unknown' | 'strange-parameters' | 'unreachable'> {
      if (!isPurpose(purpose)) return 'unknown'
      const detail = await detailOf(templateId)
      if (typeof detail === 'string') return detail
      if (strange(detail, purpose).length > 0) return 'strange-parameters'
      await sql`
        insert into zalo_templates (account, purpose, template_id, name, parameters, status, price_by_uid, price_by_phone,
          changed_at)
        values (${account}, ${purpose}, ${detail.templateId}, ${detail.templateName},
          ${detail.listParams.map(({ name }) => name)}::text[], ${detail.status}, ${detail.price_uid ?? null},
          ${detail.price_sdt ?? null}, ${clock.now()})
        on conflict (account, purpose) do update set template_id = excluded.template_id, name = excluded.name,
          parameters = excluded.parameters, status = excluded.status, price_by_uid = excluded.price_by_uid,
          price_by_phone = excluded.price_by_phone, changed_at = excluded.changed_at`
      return 'done'
    },
  }
}
