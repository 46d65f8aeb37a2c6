/** One-time codes in the talk: which words are one, and what is said to it. Pure. */
import { readCode } from '../accounts/codes.ts'
import type { Entered } from '../accounts/enter-code.ts'
import { isoLocal } from '../clock.ts'
import type { UpdateBody } from '../messaging/update.ts'
import { begin, type StepResult } from './advance.ts'
import type { Effect, Words } from './effects.ts'
import { ask } from './prompt.ts'
import type { Session } from './session.ts'
import type { Turn } from './situation.ts'

/** "mã 1234 5678", "liên kết: 12345678". */
const CALLED = /^(?:mã|ma|mã liên kết|ma lien ket|liên kết|lien ket|nối|noi|code|link)\s*:?\s+(?=\d)/iu
/** Where a number of eight digits may be the answer: a day of birth, an amount. */
const TAKES_NUMBERS = ['question', 'member', 'newMember', 'recap', 'themes']

/** Whether a text could be a code at all, before anything is known of the talk. */
export function looksLikeCode(body: UpdateBody): boolean {
  const text = body.kind === 'text' ? body.text : body.kind === 'start' ? (body.payload ?? '') : ''
  return text.length <= 40 && readCode(text.replace(CALLED, '')) !== null
}

/** The code that was entered; null when the words mean something else where the talk stands. */
export function codeIn(body: UpdateBody, session: Session | null, isWithOfficer: boolean): string | null {
  if (!looksLikeCode(body)) return null
  if (body.kind === 'start') return readCode(body.payload ?? '')
  if (body.kind !== 'text') return null
  const bare = body.text.trim().replace(CALLED, '')
  const isCalled = bare !== body.text.trim()
  const isFree = session === null || (session.interruption === null && !TAKES_NUMBERS.includes(session.waiting.kind))
  return isCalled || (isFree && !isWithOfficer) ? readCode(bare) : null
}

/** Says what came of a code. Who was never met before is at the menu when they are joined, else greeted like anybody. */
export function takeEntered(turn: Turn, session: Session, entered: Entered, isNew: boolean): StepResult {
  const say: Words = wordsFor(entered)
  const told: Effect[] = entered.kind === 'joined' ? [{ kind: 'tellJoined', contactId: entered.host.id }] : []
  const spoken: Effect = { kind: 'say', lines: [say], options: [] }
  if (!isNew) return ask(turn, session, told, [say])
  return begin(turn, session, entered.kind === 'joined' ? 'menu' : 'welcome', {}, [...told, spoken])
}

function wordsFor(entered: Entered): Words {
  switch (entered.kind) {
    case 'joined':
      return { key: 'accounts.joined', values: { channel: { key: `accounts.channel.${entered.host.channel}` } } }
    case 'officer':
      return { key: 'accounts.officer', values: { name: entered.name } }
    case 'wrong':
      return entered.triesLeft > 0
        ? { key: 'accounts.wrong', values: { count: entered.triesLeft } }
        : { key: 'accounts.wrongLast' }
    case 'locked':
      return { key: 'accounts.locked', values: { time: isoLocal(entered.until).slice(11, 16) } }
    case 'own':
    case 'already':
    case 'full':
      return { key: `accounts.${entered.kind}` }
    default:
      return entered satisfies never
  }
}
