import type { Audience, BroadcastContent, BroadcastStatus } from '../broadcasts/broadcast.ts'
import { FLIP_KINDS } from '../broadcasts/flips.ts'
import { formatDay } from '../i18n.ts'
import { momentWords } from './due-words.ts'
import { communeName, textOr, topicName } from './names.ts'
import type { Say } from './village-words.ts'
import { programmeName } from './village-words.ts'
import type { ConsoleServices, Visit } from './visit.ts'

/** A text of `broadcasts.json` in the visit's language. */
export function broadcastSay({ texts }: Pick<ConsoleServices, 'texts'>, { language }: Visit): Say {
  return (key, values) => texts.text(language, `broadcasts.${key}`, values)
}

export const STYLES = ['console/broadcasts.css']
export const BROADCASTS_PATH = '/console/broadcasts'

const LONGEST_TITLE = 90

/** The first line of the message: how officers speak of it. */
export function broadcastTitle(content: BroadcastContent): string {
  const [line = ''] = content.texts.vi.text.trim().split('\n')
  const letters = [...line]
  return letters.length <= LONGEST_TITLE ? line : `${letters.slice(0, LONGEST_TITLE - 1).join('')}…`
}

/** Which colour the status has. */
export const STATUS_TONES = {
  draft: 'closed',
  submitted: 'open',
  approved: 'assigned',
  scheduled: 'assigned',
  freezing: 'assigned',
  sending: 'pending',
  paused: 'overdue',
  done: 'resolved',
  cancelled: 'closed',
  rejected: 'overdue',
} as const satisfies Record<BroadcastStatus, string>

/** What a fault of the content is called beside its field; the names of places and channels in words. */
export function faultWords(
  say: Say,
  { code, values = {} }: { code: string; values?: Record<string, string | number> },
): string {
  const channel = typeof values.channel === 'string' ? { channel: say(`channel.${values.channel}`) } : {}
  return say(`fault.${code}`, { ...values, ...channel })
}

type Services = Pick<ConsoleServices, 'texts' | 'eligibility' | 'territory'>

/** Whom the message concerns, in lines of words; none when it concerns everybody who may be written to. */
export function audienceLines(
  services: Services,
  visit: Visit,
  audience: Audience,
): { label: string; value: string }[] {
  const say = broadcastSay(services, visit)
  const { texts, territory } = services
  const lines: { label: string; value: string }[] = []
  const add = (key: string, value: string) => lines.push({ label: say(`audience.${key}`), value })
  const { communes, areas, household_status: statuses, ages, programme, flip, topics } = audience
  if (flip) {
    const kinds = (flip.kinds ?? FLIP_KINDS).map((kind) => say(`audience.flipKind.${kind}`)).join(', ')
    const values = { programme: programmeName(services, visit, flip.programme), day: formatDay(flip.day), kinds }
    add('flip', say('audience.flipWords', values))
  }
  if (communes) add('communes', communes.map((code) => communeOf(territory, code)).join(', '))
  if (areas) add('areas', areas.map((area) => say(`audience.area.${area}`)).join(', '))
  if (statuses) {
    const name = (status: string) => textOr(texts, visit.language, [`facts.household_status.values.${status}`], status)
    add(
      'statuses',
      statuses.map(({ status, source }) => `${name(status)} (${say(`audience.source.${source}`)})`).join(', '),
    )
  }
  if (ages) add('ages', say('audience.agesWords', { from: ages.from, to: ages.to }))
  if (programme) {
    const outcomes = programme.outcomes.map((outcome) => visit.t(`outcome.${outcome}`)).join(', ')
    const values = { programme: programmeName(services, visit, programme.id), outcomes, day: formatDay(programme.day) }
    add('programme', say('audience.programmeWords', values))
    if (programme.differs_from !== undefined) {
      add('differs', say('audience.differsWords', { day: formatDay(programme.differs_from) }))
    }
  }
  if (topics) add('topics', topics.map((topic) => topicName(texts, visit.language, topic)).join(', '))
  if (audience.last_contact_within_days !== undefined) {
    add('lastContact', say('audience.lastContactWords', { count: audience.last_contact_within_days }))
  }
  if (lines.length > 0)
    add('unknown', say(audience.include_unknown === true ? 'audience.unknownIn' : 'audience.unknownOut'))
  return lines
}

/** A commune by its code of today or of before, or by its key. */
export function communeOf(territory: ConsoleServices['territory'], code: string): string {
  return communeName(territory, code.split('@')[0] ?? code)
}

/** Everything else that is approved with the words. */
export function contentLines(
  services: Services,
  visit: Visit,
  content: BroadcastContent,
  unit: string,
): { label: string; value: string; href?: string }[] {
  const say = broadcastSay(services, visit)
  const { texts } = services
  const moment = (at: string | null, none: string) =>
    at === null ? say(none) : momentWords(new Date(at), visit.language)
  const button = ({ opens, id }: BroadcastContent['buttons'][number]) => {
    if (opens === 'screening' || id === null) return say(`button.${opens}`)
    const name = opens === 'topic' ? topicName(texts, visit.language, id) : programmeName(services, visit, id)
    return `${say(`button.${opens}`)}: ${name}`
  }
  const template = content.zalo_template
  const params = Object.entries(template?.params ?? {}).map(([name, value]) => `${name} = ${value}`)
  return [
    { label: say('field.kind'), value: say(`kind.${content.kind}`) },
    { label: say('field.topic'), value: topicName(texts, visit.language, content.topic) },
    ...(unit === '' ? [] : [{ label: say('field.unit'), value: unit }]),
    ...(content.link === null ? [] : [{ label: say('field.link'), value: content.link, href: content.link }]),
    ...(content.attachment === null ? [] : [{ label: say('field.file'), value: say('hasFile') }]),
    ...(content.buttons.length === 0
      ? []
      : [{ label: say('field.buttons'), value: content.buttons.map(button).join('; ') }]),
    { label: say('field.schedule'), value: moment(content.schedule, 'atOnce') },
    { label: say('field.not_after'), value: moment(content.not_after, 'noEnd') },
    { label: say('field.catch_up'), value: say(`catchUp.${content.catch_up}`) },
    ...(template === null ? [] : [{ label: say('field.template'), value: [template.id, ...params].join('; ') }]),
  ]
}
