/** What a policy message looks like before it leaves: in each channel, to how many people, at what cost. */
import type { BroadcastContent } from '../broadcasts/broadcast.ts'
import { composeMessage } from '../broadcasts/compose-message.ts'
import { planSending } from '../broadcasts/plan.ts'
import { type AudiencePreview, isFew } from '../broadcasts/preview.ts'
import type { Broadcasting } from '../broadcasts/services.ts'
import { formatNumber, type Language } from '../i18n.ts'
import { CHANNELS } from '../messaging/channel.ts'
import { broadcastSay } from './broadcast-words.ts'
import { momentWords } from './due-words.ts'
import { communeName } from './names.ts'
import type { Say } from './village-words.ts'
import type { ConsoleServices, Visit } from './visit.ts'

/** The order in which officers think of them. */
export const SHOWN_CHANNELS = ['telegram', 'zalo', 'web'] as const

/** The longest text of every channel, the shortest first. */
export function textLimits({ rules, lanes }: Broadcasting): { channel: string; most: number }[] {
  return CHANNELS.map((channel) => {
    const on = lanes.filter((lane) => lane.channel === channel).map(({ capabilities }) => capabilities.textLength)
    return { channel, most: on.length > 0 ? Math.min(...on) : rules.channels[channel].longestText }
  }).sort((one, other) => one.most - other.most)
}

/** As channels count: composed letters, the link on a line of its own. */
export function lengthOf(text: string, link: string): number {
  const length = [...text.trim().normalize('NFC')].length
  return length === 0 || link === '' ? length : length + link.length + 2
}

/** How long one text is, and whether every channel takes it. */
export function lengthLines(say: Say, broadcasting: Broadcasting, text: string, link: string) {
  const length = lengthOf(text, link)
  return textLimits(broadcasting).map(({ channel, most }) => ({
    channel,
    name: say(`channel.${channel}`),
    most,
    isTooLong: length > most,
    words: say('length', { length: formatNumber(length), most: formatNumber(most) }),
  }))
}

/** When it would begin to leave if it were in line now. */
export function startOf({ schedule }: BroadcastContent, now: Date): Date {
  return schedule === null || new Date(schedule) < now ? now : new Date(schedule)
}

export interface FilePreview {
  /** Null: not kept yet. */
  href: string | null
  isPicture: boolean
}

/** The message as each channel draws it, in each language that it is written in. */
export function bubblesOf(
  services: Pick<ConsoleServices, 'texts'> & { broadcasting: Broadcasting },
  visit: Visit,
  content: BroadcastContent,
  file: FilePreview | null,
) {
  const say = broadcastSay(services, visit)
  const languages: Language[] = content.texts.en === undefined ? ['vi'] : ['vi', 'en']
  const { lanes } = services.broadcasting
  return languages.map((language) => {
    const message = composeMessage(content, language, services.texts, () => 'preview', 'preview')
    return {
      language,
      name: say(`language.${language}`),
      channels: SHOWN_CHANNELS.map((channel) => ({
        id: channel,
        name: say(`channel.${channel}`),
        isOff: !lanes.some((lane) => lane.channel === channel),
        text: message.text,
        buttons: message.actions.map(({ label }) => label),
        file,
      })),
    }
  })
}

/** Counts and plan in words. */
export function planWords(
  services: ConsoleServices & { broadcasting: Broadcasting },
  visit: Visit,
  {
    preview,
    content,
    startAt,
    price,
  }: { preview: AudiencePreview; content: BroadcastContent; startAt: Date; price: number | null },
) {
  const say = broadcastSay(services, visit)
  const { broadcasting, territory } = services
  const notAfter = content.not_after === null ? null : new Date(content.not_after)
  const plan = planSending(preview, broadcasting, { startAt, notAfter, templatePrice: price })
  const { smallHidden } = preview
  const count = (value: number) => countWords(say, value, smallHidden)
  const costs = (dong: number, withoutPrice: number) => {
    const cost = costWords(say, dong, withoutPrice, count)
    return smallHidden && dong > 0 ? say('plan.atMost', { cost }) : cost
  }
  const sum = plan.channels.reduce((all, one) => all + one.free + one.paid + one.template, 0)
  const reachedByAll = Math.min(sum, preview.people)
  const second = broadcasting.rules.secondApprovalAbove
  return {
    people: preview.people,
    peopleWords: say(preview.estimated ? 'plan.peopleAbout' : 'plan.people', { count: count(preview.people) }),
    lookedAt: say('plan.lookedAt', { count: count(preview.lookedAt) }),
    few: smallHidden ? say('plan.fewHint') : '',
    isEstimated: preview.estimated,
    reached: count(reachedByAll),
    visits: count(Math.min(plan.visits, preview.people)),
    visitReasons: linesOf(preview.visits, (reason) => say(`visitReason.${reason}`), count),
    excluded: linesOf(preview.excluded, (reason) => say(`excluded.${reason}`), count),
    needsTwo: content.kind === 'duty' && preview.people > second ? say('plan.needsTwo', { count: count(second) }) : '',
    channels: plan.channels.map((one) => ({
      name: say(`channel.${one.channel}`),
      people: count(Math.min(one.free + one.paid + one.template, preview.people)),
      free: count(one.free),
      paid: count(one.paid),
      template: count(one.template),
      cost: costs(one.cost, one.withoutPrice),
      duration: durationWords(say, one.seconds),
    })),
    cost: costs(plan.cost, plan.withoutPrice),
    starts: momentWords(plan.startsAt, visit.language),
    ends: momentWords(plan.endsAt, visit.language),
    isTooLate: plan.isTooLate,
    movedByNight: plan.startsAt.getTime() > startAt.getTime(),
    sample: preview.sample.map((one) => ({
      commune: one.commune === null ? say('plan.noCommune') : communeName(territory, one.commune),
      channel: say(`channel.${one.channel}`),
      since: monthWords(one.since),
      way: say(one.visit ? 'plan.byVisit' : 'plan.byMessage'),
    })),
  }
}

/** `12.000 đồng`, or that nobody knows what some cost. */
export function costWords(
  say: Say,
  dong: number,
  withoutPrice: number,
  count: (value: number) => string = formatNumber,
): string {
  if (withoutPrice === 0) return say('plan.cost', { dong: formatNumber(dong) })
  const values = { dong: formatNumber(dong), count: count(withoutPrice) }
  return say(dong === 0 ? 'plan.costUnknown' : 'plan.costPartly', values)
}

/** The largest two units at most; nothing is promised to the second. */
export function durationWords(say: Say, seconds: number): string {
  if (seconds < 60) return say('span.underMinute')
  const minutes = Math.ceil(seconds / 60)
  if (minutes < 60) return say('span.minutes', { count: minutes })
  const hours = Math.floor(minutes / 60)
  if (hours < 48) return say('span.hours', { hours, minutes: minutes % 60 })
  return say('span.days', { count: Math.ceil(hours / 24) })
}

/** Of whom sealed facts decide, so few are not told. */
export function countWords(say: Say, value: number, isHidden: boolean): string {
  return isHidden && isFew(value) ? say('plan.few') : formatNumber(value)
}

function linesOf(counts: Record<string, number>, name: (reason: string) => string, words: (count: number) => string) {
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .sort(([, one], [, other]) => other - one)
    .map(([reason, count]) => ({ name: name(reason), count: words(count) }))
}

function monthWords(month: string): string {
  const [year, number] = month.split('-')
  return `${number}/${year}`
}
