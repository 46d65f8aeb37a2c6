/** What the office decided on how policy messages are sent: `flows/broadcasts.yaml`. */
import { join } from 'node:path'
import { z } from 'zod'
import { readYaml } from '../definitions/read-yaml.ts'
import type { Fault } from '../errors.ts'
import { CHANNELS } from '../messaging/channel.ts'

const time = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time like 21:00')
const cost = z
  .strictObject({
    dong: z.int().nonnegative().nullable(),
    source: z.string().min(1),
    confidence: z.enum(['high', 'medium', 'low', 'unverified']),
  })
  .refine(({ dong, confidence }) => dong === null || confidence !== 'unverified', {
    path: ['dong'],
    error: 'a cost that nobody verified is null',
  })

const channel = z.strictObject({
  longest_text: z.int().positive(),
  costs: z.strictObject({ free: cost.optional(), paid: cost.optional(), template: cost.optional() }),
})

const file = z
  .strictObject({
    second_approval_above: z.int().nonnegative(),
    weekly_limit: z.strictObject({ duty: z.int().positive(), information: z.int().positive() }),
    replies_within_hours: z.number().positive(),
    quiet_hours: z.strictObject({ from: time, to: time }),
    error_spike: z.strictObject({
      share: z.number().gt(0).lte(1),
      window_minutes: z.number().positive(),
      least_attempts: z.int().positive(),
    }),
    outage_minutes: z.number().positive(),
    channels: z.record(z.enum(CHANNELS), channel),
  })
  .refine(({ quiet_hours: { from, to } }) => from !== to, {
    path: ['quiet_hours'],
    error: 'begin and end must differ',
  })
  .transform((read) => ({
    secondApprovalAbove: read.second_approval_above,
    weeklyLimit: read.weekly_limit,
    repliesWithinHours: read.replies_within_hours,
    quietHours: { fromMinute: minuteOf(read.quiet_hours.from), toMinute: minuteOf(read.quiet_hours.to) },
    errorSpike: {
      share: read.error_spike.share,
      windowMinutes: read.error_spike.window_minutes,
      leastAttempts: read.error_spike.least_attempts,
    },
    outageMinutes: read.outage_minutes,
    channels: Object.fromEntries(
      CHANNELS.map((id) => [id, { longestText: read.channels[id].longest_text, costs: read.channels[id].costs }]),
    ) as Record<(typeof CHANNELS)[number], { longestText: number; costs: z.output<typeof channel>['costs'] }>,
  }))

export type BroadcastRules = z.output<typeof file>

/** How a message meets its person on a channel with a reply window; `free` everywhere else. */
export type Tariff = 'free' | 'paid' | 'template'

export function readBroadcastRules(flowsDirectory: string): { value: BroadcastRules } | { faults: Fault[] } {
  return readYaml(join(flowsDirectory, 'broadcasts.yaml'), file)
}

function minuteOf(text: string): number {
  const [hours = 0, minutes = 0] = text.split(':').map(Number)
  return hours * 60 + minutes
}
