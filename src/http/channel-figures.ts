import { z } from 'zod'
import type { ChannelHealth, Outcomes } from '../channel-health.ts'

const time = z.string().nullable()
const counts = z.record(z.string(), z.number())
const outcomesSchema = z.object({
  delivered: z.number(),
  refused: counts,
  uncertain: z.number(),
  parked: z.number(),
  dropped: z.number(),
})

/** Counts and times alone: whoever asks may be anybody. */
export const channelFiguresSchema = z.object({
  inbox: z.object({ waiting: z.number(), oldest_seconds: z.number() }),
  outbox: z.object({
    waiting: z.number(),
    oldest_seconds: z.number(),
    retrying: counts,
    waiting_for_person: z.number(),
    oldest_due_seconds: z.number(),
  }),
  deliveries: z.object({ last_hour: outcomesSchema, last_day: outcomesSchema }),
  set_aside: z.number(),
  signature_failed_at: time,
  alarms: z.number(),
  account: z
    .object({
      token: z.object({ state: z.string(), obtained_at: time, expires_at: time }),
      people: z.object({ free: z.number(), paid: z.number(), template: z.number() }),
      quotas: z.array(
        z.object({ name: z.string(), remaining: z.number().nullable(), total: z.number().nullable(), seen_at: time }),
      ),
    })
    .nullable(),
})

export function figuresToWire(channel: ChannelHealth): z.output<typeof channelFiguresSchema> {
  const { inbox, outbox, deliveries, account } = channel
  return {
    inbox: { waiting: inbox.waiting, oldest_seconds: inbox.oldestSeconds },
    outbox: {
      waiting: outbox.waiting,
      oldest_seconds: outbox.oldestSeconds,
      retrying: outbox.retryingFor,
      waiting_for_person: outbox.forPerson,
      oldest_due_seconds: outbox.oldestDueSeconds,
    },
    deliveries: { last_hour: outcomesToWire(deliveries.lastHour), last_day: outcomesToWire(deliveries.lastDay) },
    set_aside: channel.setAside,
    signature_failed_at: channel.signatureFailedAt?.toISOString() ?? null,
    alarms: channel.alarms.length,
    account: account && {
      token: {
        state: account.token.state,
        obtained_at: account.token.obtainedAt?.toISOString() ?? null,
        expires_at: account.token.expiresAt?.toISOString() ?? null,
      },
      people: account.people,
      quotas: account.quotas.map(({ name, remaining, total, seenAt }) => ({
        name,
        remaining,
        total,
        seen_at: seenAt.toISOString(),
      })),
    },
  }
}

function outcomesToWire({ delivered, refused, uncertain, parked, dropped }: Outcomes) {
  return { delivered, refused, uncertain, parked, dropped }
}
