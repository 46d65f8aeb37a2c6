/** A typed answer to a yes-or-no question. Doubtful wording is `null`, so that the bot asks again rather than guesses. */
import { commandWords, withoutPoliteness, type YesNo } from './commands.ts'
import { normalise } from './normalise.ts'
import { findPattern } from './pattern.ts'

const LONGEST_ANSWER = 15

export function readYesNo(text: string): YesNo | null {
  const sign = /^[\s]*(👍|👌|✅|🆗|👎|❌|🤷)/u.exec(text)?.[1]
  if (sign) return sign === '🤷' ? 'unknown' : '👎❌'.includes(sign) ? 'no' : 'yes'
  const typed = normalise(text.slice(0, 500)).words
  if (typed.length === 0 || typed.length > LONGEST_ANSWER) return null
  const known = commandWords()
  for (const candidate of withoutPoliteness(typed, known)) {
    for (const { answer, alone } of known.answers) {
      if (alone.some((pattern) => findPattern(pattern, candidate) !== null)) return answer
    }
  }
  // "có phải … không", "được không": a question back, not an answer.
  const last = typed.at(-1)?.plain
  if (typed.length > 1 && (/\?\s*$/.test(text) || last === 'khong' || last === 'chua')) return null
  for (const { answer, beginning } of [...known.answers].reverse()) {
    if (beginning.some((pattern) => findPattern(pattern, typed) !== null)) return answer
  }
  return null
}
