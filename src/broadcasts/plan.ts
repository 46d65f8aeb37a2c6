/** What sending a message would take: by which channel, at what cost, for how long. Pure. */
import type { ChannelId } from '../messaging/channel.ts'
import type { AudiencePreview } from './preview.ts'
import { endOfWork, nextDecentMoment } from './quiet-hours.ts'
import type { BroadcastRules, Tariff } from './rules.ts'
import type { BroadcastLane } from './services.ts'

export interface ChannelPlan {
  channel: string
  account: string
  free: number
  paid: number
  template: number
  /** In đồng, of what is known. */
  cost: number
  /** Messages whose price nobody knows: they are not in `cost`. */
  withoutPrice: number
  seconds: number
}

export interface SendingPlan {
  channels: ChannelPlan[]
  /** People to be told in person. */
  visits: number
  cost: number
  withoutPrice: number
  startsAt: Date
  /** When the slowest channel is done, nights left out. */
  endsAt: Date
  /** Ends after "do not send after": the rest would not be sent. */
  isTooLate: boolean
}

export function planSending(
  preview: Pick<AudiencePreview, 'reached' | 'visits'>,
  { rules, lanes }: { rules: BroadcastRules; lanes: readonly BroadcastLane[] },
  about: { startAt: Date; notAfter: Date | null; templatePrice: number | null },
): SendingPlan {
  const byLane = Map.groupBy(preview.reached, ({ channel, account }) => `${channel}\0${account}`)
  const channels = [...byLane.values()].map((lines): ChannelPlan => {
    const [first] = lines
    const channel = first?.channel ?? ''
    const account = first?.account ?? ''
    const of = (tariff: Tariff) =>
      lines.filter((line) => line.tariff === tariff).reduce((sum, { count }) => sum + count, 0)
    const counts = { free: of('free'), paid: of('paid'), template: of('template') }
    const priced = (Object.keys(counts) as Tariff[]).map((tariff) => ({
      count: counts[tariff],
      price: priceOf(rules, channel, tariff, about.templatePrice),
    }))
    const lane = lanes.find((one) => one.channel === channel && one.account === account)
    const rate = lane?.capabilities.ratePerSecond ?? Number.POSITIVE_INFINITY
    return {
      channel,
      account,
      ...counts,
      cost: priced.reduce((sum, { count, price }) => sum + count * (price ?? 0), 0),
      withoutPrice: priced.reduce((sum, { count, price }) => sum + (price === null ? count : 0), 0),
      seconds: (counts.free + counts.paid + counts.template) / rate,
    }
  })
  const startsAt = nextDecentMoment(rules.quietHours, about.startAt)
  const slowest = Math.max(0, ...channels.map(({ seconds }) => seconds))
  const endsAt = endOfWork(rules.quietHours, startsAt, slowest)
  return {
    channels,
    visits: Object.values(preview.visits).reduce((sum, count) => sum + count, 0),
    cost: channels.reduce((sum, { cost }) => sum + cost, 0),
    withoutPrice: channels.reduce((sum, { withoutPrice }) => sum + withoutPrice, 0),
    startsAt,
    endsAt,
    isTooLate: about.notAfter !== null && endsAt > about.notAfter,
  }
}

/** In đồng for one message; null: not known. */
export function priceOf(
  rules: BroadcastRules,
  channel: string,
  tariff: Tariff,
  templatePrice: number | null,
): number | null {
  if (tariff === 'template' && templatePrice !== null) return templatePrice
  return rules.channels[channel as ChannelId]?.costs[tariff]?.dong ?? null
}
