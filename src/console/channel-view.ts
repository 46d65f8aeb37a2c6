import { type ChannelHealth, type HourOfOutcomes, type Outcomes, worriesOf } from '../channel-health.ts'
import { formatNumber } from '../i18n.ts'
import { shortMomentWords } from './due-words.ts'

type Say = (key: string, values?: Record<string, unknown>) => string

/** Reasons that have words of their own; others are codes of the channel. */
const REASONS = new Map([
  ['blocked', 'blocked'],
  ['outside-window', 'outsideWindow'],
  ['bad-address', 'badAddress'],
  ['bad-message', 'badMessage'],
  ['gave-up', 'gaveUp'],
  ['sender-died', 'senderDied'],
  ['no outcome in time', 'late'],
  ['broke off', 'late'],
  ['no token', 'noToken'],
  ['token refused', 'tokenRefused'],
  ['flood limit', 'flood'],
  ['attachment not read', 'attachment'],
  ['other', 'other'],
  ['', 'other'],
])

/** One channel in the words of its reader. */
export function channelView(channel: ChannelHealth, now: Date, say: Say) {
  const { id, on, inbox, outbox, deliveries, account } = channel
  const moment = (at: Date | null) => (at === null ? say('never') : shortMomentWords(at, now))
  return {
    id,
    on,
    name: say(`channel.${id}`),
    why: on ? null : offWords(channel.reason, say),
    worries: worriesOf(channel, now).map(({ tone, key, at, count, name }) => ({
      tone,
      words: say(`worry.${key}`, {
        ...(at && { at: shortMomentWords(at, now) }),
        ...(count !== undefined && { number: formatNumber(count) }),
        ...(name !== undefined && { name: quotaWords(name, say) }),
      }),
    })),
    lastUpdate: moment(channel.lastUpdateAt),
    inbox: waitingWords(inbox, say),
    outbox: waitingWords(outbox, say),
    forPerson: outbox.forPerson === 0 ? null : formatNumber(outbox.forPerson),
    retrying: reasonsOf(outbox.retryingFor, say),
    outcomes: outcomeRows(deliveries.lastHour, deliveries.lastDay, say),
    chart: chartOf(deliveries.byHour, say),
    alarms: channel.alarms.map((alarm) => ({ ...alarm, lastAt: shortMomentWords(alarm.lastAt, now) })),
    signatureFailed: moment(channel.signatureFailedAt),
    account: account && {
      token: say(`tokenState.${account.token.state}`),
      age: account.token.obtainedAt === null ? say('never') : spanWords(now, account.token.obtainedAt, say),
      expiresAt: moment(account.token.expiresAt),
      people: say('peopleCounts', {
        free: formatNumber(account.people.free),
        paid: formatNumber(account.people.paid),
        template: formatNumber(account.people.template),
      }),
      quotas: account.quotas.map(({ name, remaining, total, seenAt }) => ({
        name: quotaWords(name, say),
        left: [remaining, ...(total === null ? [] : [total])]
          .map((count) => (count === null ? say('notSaid') : formatNumber(count)))
          .join(' / '),
        seenAt: shortMomentWords(seenAt, now),
      })),
    },
  }
}

function quotaWords(name: string, say: Say): string {
  return name === 'template-daily' ? say('quotaTemplates') : say('quotaOther', { name })
}

function offWords(reason: string | null, say: Say): string {
  const setting = /^([A-Z_]+) is not set$/.exec(reason ?? '')?.[1]
  return setting === undefined ? (reason ?? say('offUnknown')) : say('offNotSet', { setting })
}

function waitingWords({ waiting, oldestSeconds }: { waiting: number; oldestSeconds: number }, say: Say): string {
  if (waiting === 0) return say('nothingWaits')
  return say('waits', { number: formatNumber(waiting), span: secondsWords(oldestSeconds, say) })
}

function spanWords(now: Date, since: Date, say: Say): string {
  return secondsWords(Math.max(0, (now.getTime() - since.getTime()) / 1_000), say)
}

function secondsWords(seconds: number, say: Say): string {
  if (seconds < 60) return say('span.seconds', { number: Math.round(seconds) })
  if (seconds < 3_600) return say('span.minutes', { number: Math.floor(seconds / 60) })
  if (seconds < 86_400 * 2) return say('span.hours', { number: Math.floor(seconds / 3_600) })
  return say('span.days', { number: Math.floor(seconds / 86_400) })
}

function reasonWords(reason: string, say: Say): string {
  const known = REASONS.get(reason)
  return known === undefined ? say('reason.code', { code: reason }) : say(`reason.${known}`)
}

function reasonsOf(counts: Record<string, number>, say: Say) {
  return Object.entries(counts)
    .sort(([, one], [, other]) => other - one)
    .map(([reason, count]) => ({ words: reasonWords(reason, say), count: formatNumber(count) }))
}

function outcomeRows(hour: Outcomes, day: Outcomes, say: Say) {
  const row = (words: string, tone: 'good' | 'bad' | 'plain', inHour: number, inDay: number) => ({
    words,
    hourTone: inHour === 0 ? 'plain' : tone,
    dayTone: inDay === 0 ? 'plain' : tone,
    hour: formatNumber(inHour),
    day: formatNumber(inDay),
  })
  const sum = (counts: Record<string, number>) => Object.values(counts).reduce((total, count) => total + count, 0)
  const refusedFor = Object.entries({ ...hour.refused, ...day.refused }).map(([reason]) => ({
    ...row(reasonWords(reason, say), 'plain', hour.refused[reason] ?? 0, day.refused[reason] ?? 0),
    isPart: true,
    size: day.refused[reason] ?? 0,
  }))
  return [
    { ...row(say('outcome.delivered'), 'good', hour.delivered, day.delivered), isPart: false },
    { ...row(say('outcome.refused'), 'bad', sum(hour.refused), sum(day.refused)), isPart: false },
    ...refusedFor.sort((one, other) => other.size - one.size),
    { ...row(say('outcome.parked'), 'bad', hour.parked, day.parked), isPart: false },
    { ...row(say('outcome.uncertain'), 'bad', hour.uncertain, day.uncertain), isPart: false },
    { ...row(say('outcome.dropped'), 'plain', hour.dropped, day.dropped), isPart: false },
  ]
}

const BAR_WIDTH = 20
const BAR_GAP = 5
const CHART_HEIGHT = 120
const BAR_LEAST = 3
const LABEL_EVERY = 4

/** Bars of 24 hours in the units of the drawing; null when nothing left in them. */
function chartOf(hours: readonly HourOfOutcomes[], say: Say) {
  const most = Math.max(0, ...hours.map(({ delivered, others }) => delivered + others))
  if (most === 0) return null
  const height = (count: number) =>
    count === 0 ? 0 : Math.max(BAR_LEAST, (count / most) * (CHART_HEIGHT - 2 * BAR_LEAST))
  const bars = hours.map(({ from, delivered, others }, index) => {
    const [good, bad] = [height(delivered), height(others)]
    const clock = hourWords(from)
    return {
      x: index * (BAR_WIDTH + BAR_GAP),
      good: { y: round(CHART_HEIGHT - good), height: round(good) },
      bad: { y: round(CHART_HEIGHT - good - bad), height: round(bad) },
      clock,
      label: index % LABEL_EVERY === LABEL_EVERY / 2 ? clock : null,
      words: say('chart.hour', { clock, delivered: formatNumber(delivered), others: formatNumber(others) }),
      delivered: formatNumber(delivered),
      others: formatNumber(others),
    }
  })
  return {
    bars,
    width: hours.length * (BAR_WIDTH + BAR_GAP),
    height: CHART_HEIGHT,
    barWidth: BAR_WIDTH,
    most: formatNumber(most),
  }
}

const round = (length: number) => Math.round(length * 10) / 10
/** `14h`, by the clocks of Việt Nam. */
const hourWords = (at: Date) => `${new Date(at.getTime() + 7 * 3_600_000).toISOString().slice(11, 13)}h`
