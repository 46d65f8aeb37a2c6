/** What stands before a person who is asked what to hear of, or whether their words are for an office. Pure. */
import type { NewsChoice } from '../broadcasts/subscriptions.ts'
import type { Option, Words } from './effects.ts'
import { SKIP } from './options.ts'
import type { Interruption } from './session.ts'
import type { Turn } from './situation.ts'

export type NewsQuestion = Extract<Interruption, { kind: 'news' | 'newsOffer' | 'newsConsent' }>
export type TellUnit = Extract<Interruption, { kind: 'tellUnit' }>

interface Prompt {
  lines: Words[]
  options: Option[]
}

export const NOTHING: NewsChoice = { topics: [], isStopped: false, wasAsked: true }
/** A way of its own, so that an unmarked "dung" is never taken for a yes to more messages. */
export const ON = 'on'
const OFF = 'off'
export const LIST = 'list'

/** What is heard of now; nothing while it is stopped. */
export function heardOf({ situation }: Turn): readonly string[] {
  const { topics, isStopped } = situation.news ?? NOTHING
  return isStopped ? [] : topics
}

export function topicsToHear({ definitions }: Turn): string[] {
  return [...definitions.knowledge.topics.keys()].filter((topic) => definitions.texts.has('vi', `topics.${topic}.name`))
}

export const nameOf = (topic: string): Words => ({ key: `topics.${topic}.name` })

export function newsPrompt(turn: Turn, question: NewsQuestion): Prompt {
  if (question.kind === 'newsConsent') {
    return {
      lines: [{ key: 'news.consent.ask' }],
      options: [
        { value: 'agree', label: { key: 'news.consent.agree' } },
        { value: 'refuse', label: { key: 'news.consent.refuse' } },
      ],
    }
  }
  if (question.kind === 'newsOffer') {
    const { topic } = question
    const list: Option = { value: LIST, label: { key: 'news.offer.list' } }
    const no: Option = { value: OFF, label: { key: 'news.offer.no' } }
    if (topic === null) return { lines: [{ key: 'news.offer.any' }], options: [list, no] }
    const on: Option = { value: ON, label: { key: 'news.offer.on' } }
    return { lines: [{ key: 'news.offer.ask', values: { topic: nameOf(topic) } }], options: [on, list, no] }
  }
  const heard = heardOf(turn)
  const stopped = turn.situation.news?.isStopped === true ? [{ key: 'news.list.stopped' }] : []
  const now: Words =
    heard.length === 0 ? { key: 'news.list.none' } : { key: 'news.list.now', values: { topics: heard.map(nameOf) } }
  return {
    lines: [...(stopped.length > 0 ? stopped : [now]), { key: 'news.list.ask' }],
    options: [
      ...topicsToHear(turn).map((topic) => ({
        value: topic,
        label: heard.includes(topic) ? { key: 'news.list.on', values: { topic: nameOf(topic) } } : nameOf(topic),
      })),
      { value: SKIP, label: { key: 'news.list.done' } },
    ],
  }
}

export function tellUnitPrompt({ topics }: TellUnit): Prompt {
  const known = topics.map((topic): Option => ({ value: topic, label: { key: `topics.${topic}.name` } }))
  return {
    lines: [{ key: 'news.tell.ask' }],
    options: [
      { value: 'send', label: { key: 'news.tell.send' } },
      ...known,
      { value: 'no', label: { key: 'news.tell.no' } },
    ],
  }
}
