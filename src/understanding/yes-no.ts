/** A typed answer to a yes-or-no question. Doubtful wording is `null`, so that the bot asks again rather than guesses. */
import { commandWords, withoutPoliteness, type YesNo } from './commands.ts'
import { normalise, type Word, wordsAsTyped } from './normalise.ts'
import { findPattern } from './pattern.ts'

const LONGEST_ANSWER = 15

export function readYesNo(text: string): YesNo | null {
  const sign = /^[\s]*(👍|👌|✅|🆗|👎|❌|🤷)/u.exec(text)?.[1]
  if (sign) return sign === '🤷' ? 'unknown' : '👎❌'.includes(sign) ? 'no' : 'yes'
  const words = normalise(text.slice(0, 500)).words
  if (words.length === 0 || words.length > LONGEST_ANSWER) return null
  const known = commandWords()
  const forms = [wordsAsTyped(text), words]
  const exactly = (typed: readonly Word[]) =>
    known.answers.find(({ alone }) => alone.some((pattern) => findPattern(pattern, typed)))?.answer
  const whole = forms.map(exactly).find((answer) => answer !== undefined)
  if (whole) return whole
  // "có phải … không", "có được không": a question back, not an answer.
  const last = words.at(-1)?.plain
  if (words.length > 1 && (/\?\s*$/.test(text) || last === 'khong' || last === 'chua')) return null
  const polite = forms.flatMap((typed) => withoutPoliteness(typed, known)).map(exactly)
  const answer = polite.find((found) => found !== undefined)
  if (answer) return answer
  for (const { answer, beginning } of [...known.answers].reverse()) {
    if (beginning.some((pattern) => findPattern(pattern, words) !== null)) return answer
  }
  return null
}
