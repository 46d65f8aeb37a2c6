import { join } from 'node:path'
import { z } from 'zod'
import { readYaml } from '../definitions/read-yaml.ts'
import type { Fault } from '../errors.ts'
import { NOTICE_KINDS, type NoticeKind } from '../notices/notify.ts'

/** When officers are told what is new. Minutes of the day. */
export interface OfficerChatRules {
  told: { from: number; to: number }
  toldAtAnyHour: ReadonlySet<NoticeKind>
  newsKeptHours: number
  digests: readonly number[]
  digestLateMinutes: number
}

const time = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'write the time as HH:MM')
  .transform((text) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3)))

const file = z.strictObject({
  told: z.strictObject({ from: time, to: time }).refine(({ from, to }) => from < to, 'ends before it begins'),
  told_at_any_hour: z.array(z.enum(NOTICE_KINDS)),
  news_kept_hours: z.int().min(1),
  digests: z.array(time).max(4),
  digest_late_minutes: z.int().min(1).max(240),
  source: z.string().min(1),
  confidence: z.enum(['high', 'medium', 'low']),
})

/** Reads `officer-chat.yaml`. */
export function readOfficerChat(flowsDirectory: string): { value: OfficerChatRules } | { faults: Fault[] } {
  const read = readYaml(join(flowsDirectory, 'officer-chat.yaml'), file)
  if ('faults' in read) return read
  const { told, told_at_any_hour, news_kept_hours, digests, digest_late_minutes } = read.value
  return {
    value: {
      told,
      toldAtAnyHour: new Set(told_at_any_hour),
      newsKeptHours: news_kept_hours,
      digests: digests.toSorted((a, b) => a - b),
      digestLateMinutes: digest_late_minutes,
    },
  }
}

const OFFSET_MS = 7 * 3_600_000

/** The minute of the local day. */
export function minuteOfDay(now: Date): number {
  const local = new Date(now.getTime() + OFFSET_MS)
  return local.getUTCHours() * 60 + local.getUTCMinutes()
}

/** Kinds of news that may be told now. */
export function tellableAt({ told, toldAtAnyHour }: OfficerChatRules, now: Date): readonly NoticeKind[] {
  const minute = minuteOfDay(now)
  const isDay = minute >= told.from && minute < told.to
  return NOTICE_KINDS.filter((kind) => isDay || toldAtAnyHour.has(kind))
}

/** The digest that is due, as `07:30`; null between them. */
export function digestDue({ digests, digestLateMinutes }: OfficerChatRules, now: Date): string | null {
  const minute = minuteOfDay(now)
  const due = digests.findLast((one) => one <= minute && minute < one + digestLateMinutes)
  if (due === undefined) return null
  return `${String(Math.floor(due / 60)).padStart(2, '0')}:${String(due % 60).padStart(2, '0')}`
}
