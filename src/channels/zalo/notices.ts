/**
 * Approved template messages: the way to somebody who may not be written to freely. They cost money, so each is written
 * down before it leaves and is never sent again by itself; one calls a person back, however many messages wait for them.
 */
import { z } from 'zod'
import { classOf } from './errors.ts'
import type { KnownPerson, Ledger, Template } from './ledger.ts'
import type { Failure, Family, ZaloAnswer } from './zalo-api.ts'

/** The purposes that templates are chosen for, with the values that each may use. */
export const NOTICE_PURPOSES = { 'answer-waits': ['ticket', 'unit', 'date'] } as const
export type NoticePurpose = keyof typeof NOTICE_PURPOSES

/** What a template may name, ready to be shown. */
export type NoticeValues = Record<string, string>

export type Notified =
  | { kind: 'sent'; price: number | null }
  /** Called already since the person last wrote. */
  | { kind: 'called-before' }
  | { kind: 'no-template' }
  | { kind: 'no-way'; failure: Failure | null }

export interface NoticeOptions {
  ledger: Ledger
  post: (family: Family, path: string, body: unknown) => Promise<ZaloAnswer>
}

/** Zalo refuses longer values; which of its limits applies depends on how the template declares the value. */
const VALUE_MAX = 30

const answerSchema = z.object({
  message_id: z.string().optional(),
  msg_id: z.string().optional(),
  quota: z
    .object({
      quota_type: z.string().optional(),
      remain: z.coerce.number().int().optional(),
      dailyQuota: z.coerce.number().int().optional(),
      remainingQuota: z.coerce.number().int().optional(),
    })
    .optional()
    .catch(undefined),
})

/** Sends the template of a purpose by UID where that may go, else by phone number. */
export async function notify(
  { ledger, post }: NoticeOptions,
  to: { address: string; person: KnownPerson; byUid: boolean },
  purpose: NoticePurpose,
  values: NoticeValues,
  now: Date,
): Promise<Notified> {
  if (to.person.isCalled) return { kind: 'called-before' }
  const template = await ledger.templateFor(purpose)
  if (template === null) return { kind: 'no-template' }
  const data = dataFor(template, values)
  const attempt = async (route: 'uid' | 'phone'): Promise<Notified> => {
    const id = await ledger.beginNotice(to.address, template, route, now)
    if (id === null) return { kind: 'called-before' }
    const answer =
      route === 'uid'
        ? await post('account', '/v3.0/oa/message/template', {
            user_id: to.address,
            template_id: template.templateId,
            template_data: data,
          })
        : await post('template', '/message/template', {
            phone: to.person.phone,
            template_id: template.templateId,
            template_data: data,
            tracking_id: `n${id}`,
          })
    return conclude(ledger, id, answer, route === 'uid' ? template.priceByUid : template.priceByPhone, now)
  }

  const first = to.byUid ? await attempt('uid') : null
  if (first !== null && (first.kind !== 'no-way' || !isOtherWayOpen(first.failure))) return first
  if (to.person.phone === null) return first ?? { kind: 'no-way', failure: null }
  return attempt('phone')
}

async function conclude(
  ledger: Ledger,
  id: number,
  answer: ZaloAnswer,
  price: number | null,
  now: Date,
): Promise<Notified> {
  if (answer.kind === 'ok') {
    const { message_id, msg_id, quota } = answerSchema.safeParse(answer.data).data ?? {}
    await ledger.endNotice(id, { state: 'sent', failure: null, externalId: message_id ?? msg_id ?? null })
    const remaining = quota?.remain ?? quota?.remainingQuota
    if (remaining !== undefined) {
      await ledger.noteQuota(quota?.quota_type ?? 'template-daily', remaining, quota?.dailyQuota ?? null, now)
    }
    return { kind: 'sent', price }
  }
  // It may have arrived, and has to be paid then: it stays uncertain until the phone says so.
  if (answer.kind === 'broken') return { kind: 'sent', price }
  const failure = answer.kind === 'error' ? `zalo ${answer.code}` : answer.kind
  await ledger.endNotice(id, { state: 'refused', failure, externalId: null })
  return { kind: 'no-way', failure: answer }
}

/** Whether the person might be reached by phone number although not by UID. */
function isOtherWayOpen(failure: Failure | null): boolean {
  if (failure?.kind !== 'error') return false
  const { kind } = classOf(failure)
  return kind === 'route' || kind === 'unreachable'
}

function dataFor({ parameters }: Template, values: NoticeValues): Record<string, string> {
  return Object.fromEntries(
    parameters.map((name) => [name, [...(values[name] ?? '')].slice(0, VALUE_MAX).join('') || '-']),
  )
}
