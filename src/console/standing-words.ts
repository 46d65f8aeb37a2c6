import type { Language, Texts } from '../i18n.ts'
import type { TalkStanding } from '../messaging/reply-window.ts'
import { momentWords } from './due-words.ts'

/** What will happen to words that an officer writes now, in one line. */
export function standingWords(
  texts: Texts,
  language: Language,
  standing: TalkStanding,
): { words: string; tone: 'quiet' | 'warn' } {
  const until = 'until' in standing ? momentWords(standing.until, language) : ''
  const parts = [texts.text(language, `zalo.standing.${standing.kind}`, { until })]
  if (standing.kind === 'paid' && standing.remaining !== null) {
    parts.push(texts.text(language, 'zalo.standing.left', { count: standing.remaining }))
  }
  if (standing.waiting > 0) parts.push(texts.text(language, 'zalo.standing.waiting', { count: standing.waiting }))
  if (standing.seenAt !== null) {
    parts.push(texts.text(language, 'zalo.standing.seen', { at: momentWords(standing.seenAt, language) }))
  }
  const isFree = standing.kind === 'free' && standing.waiting === 0
  return { words: parts.join(' '), tone: isFree || standing.kind === 'unknown' ? 'quiet' : 'warn' }
}
