import { Gauge, type Registry } from 'prom-client'
import type { ChannelHealth, Outcomes } from '../channel-health.ts'

export type ChannelGauges = ReturnType<typeof createChannelGauges>

/** More kinds of quota than a channel has; what it names is not for us to say. */
const QUOTAS_MOST = 10

/** Labels are names of channels, outcomes and reasons of few words: never an account, a person or what a channel said. */
export function createChannelGauges(registers: Registry[]) {
  const gauge = <Label extends string>(name: string, help: string, ...labelNames: Label[]) =>
    new Gauge({ name: `cau_noi_channel_${name}`, help, labelNames: ['channel', ...labelNames], registers })
  return {
    on: gauge('on', 'Whether the channel is on'),
    lastUpdate: gauge('last_update_timestamp_seconds', 'When something last came in'),
    backlog: gauge(
      'backlog',
      'What waits, by direction (in, out); 10000 in a lane stands for so many or more',
      'direction',
    ),
    oldest: gauge('backlog_oldest_seconds', 'Age of the oldest that waits', 'direction'),
    oldestDue: gauge('backlog_oldest_due_seconds', 'Age of the oldest that waits to leave and not for its person'),
    retrying: gauge('retrying', 'Messages to be tried again, by what happened at the last try', 'reason'),
    forPerson: gauge('waiting_for_person', 'Messages that wait until the person writes again'),
    deliveries: gauge(
      'deliveries',
      'What came of messages in the last hour and the last day',
      'period',
      'outcome',
      'reason',
    ),
    setAside: gauge('set_aside', 'Messages that a person has to look at'),
    alarms: gauge('alarms', 'Things that only a person can mend'),
    signatureFailure: gauge('signature_failure_timestamp_seconds', 'When a call last came with a wrong signature'),
    tokenState: gauge('token_state', '1 for the state in which the tokens are', 'state'),
    tokenObtained: gauge('token_obtained_timestamp_seconds', 'Since when the token is good'),
    tokenExpires: gauge('token_expires_timestamp_seconds', 'When the token lapses'),
    people: gauge('people', 'People by what a message to them would meet (free, paid, template)', 'window'),
    quota: gauge('quota_remaining', 'What may still be sent, as the channel last said', 'quota'),
  }
}

/** What is not told of a channel any more goes away. */
export function setChannelGauges(gauges: ChannelGauges, channels: readonly ChannelHealth[]): void {
  for (const gauge of Object.values(gauges)) gauge.reset()
  for (const health of channels) setOne(gauges, health)
}

function setOne(gauges: ChannelGauges, health: ChannelHealth): void {
  const { id: channel, inbox, outbox, deliveries, account } = health
  const seconds = (gauge: Gauge<'channel'>, at: Date | null) => {
    if (at !== null) gauge.set({ channel }, at.getTime() / 1_000)
  }
  gauges.on.set({ channel }, health.on ? 1 : 0)
  seconds(gauges.lastUpdate, health.lastUpdateAt)
  for (const [direction, { waiting, oldestSeconds }] of [['in', inbox] as const, ['out', outbox] as const]) {
    gauges.backlog.set({ channel, direction }, waiting)
    gauges.oldest.set({ channel, direction }, oldestSeconds)
  }
  gauges.oldestDue.set({ channel }, outbox.oldestDueSeconds)
  for (const [reason, count] of Object.entries(outbox.retryingFor)) gauges.retrying.set({ channel, reason }, count)
  gauges.forPerson.set({ channel }, outbox.forPerson)
  setOutcomes(gauges, channel, 'hour', deliveries.lastHour)
  setOutcomes(gauges, channel, 'day', deliveries.lastDay)
  gauges.setAside.set({ channel }, health.setAside)
  gauges.alarms.set({ channel }, health.alarms.length)
  seconds(gauges.signatureFailure, health.signatureFailedAt)
  if (account === null) return
  gauges.tokenState.set({ channel, state: account.token.state }, 1)
  seconds(gauges.tokenObtained, account.token.obtainedAt)
  seconds(gauges.tokenExpires, account.token.expiresAt)
  for (const [window, count] of Object.entries(account.people)) gauges.people.set({ channel, window }, count)
  for (const { name: quota, remaining } of account.quotas.slice(0, QUOTAS_MOST)) {
    if (remaining !== null) gauges.quota.set({ channel, quota }, remaining)
  }
}

function setOutcomes(gauges: ChannelGauges, channel: string, period: 'hour' | 'day', outcomes: Outcomes): void {
  const set = (outcome: string, reason: string, count: number) =>
    gauges.deliveries.set({ channel, period, outcome, reason }, count)
  for (const outcome of ['delivered', 'uncertain', 'parked', 'dropped'] as const) set(outcome, '', outcomes[outcome])
  for (const [reason, count] of Object.entries(outcomes.refused)) set('refused', reason, count)
}
