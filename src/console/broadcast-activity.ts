import type { BroadcastLine } from '../broadcasts/store.ts'
import { formatNumber, type Language } from '../i18n.ts'
import { momentWords } from './due-words.ts'
import type { Say } from './village-words.ts'

/** Verbs that have a text of their own under `broadcasts.did`. */
const KNOWN = new Set([
  'draft',
  'edit',
  'submit',
  'approve',
  'approve-first',
  'second-approval-needed',
  'reject',
  'schedule',
  'freeze',
  'frozen',
  'send',
  'pause',
  'resume',
  'finish',
  'cancel',
  'outage',
  'spike',
  'settle',
])

/** One line of who did what. */
export function activityLine(say: Say, language: Language, { at, verb, actor, facts }: BroadcastLine) {
  const people = typeof facts.people === 'number' ? say('people', { count: formatNumber(facts.people) }) : ''
  const reason = typeof facts.reason === 'string' ? facts.reason : ''
  const voids = facts.voids_approval === true ? say('did.voids') : ''
  return {
    at: momentWords(at, language),
    who: actor === null ? say('did.byItself') : actor.name,
    what: KNOWN.has(verb) ? say(`did.${verb}`) : verb,
    more: [people, voids, reason].filter((part) => part !== '').join(' · '),
  }
}
