import { newActionId } from '../ids.ts'
import type { Message } from '../messaging/message.ts'
import { splitComposed } from '../messaging/split-text.ts'
import type { Effect, Words } from './effects.ts'
import type { Session } from './session.ts'
import { type Turn, wordsOf } from './situation.ts'

/** The shortest limit of all channels (Zalo's, in characters); one length keeps a talk the same everywhere. */
const TEXT_LENGTH = 2_000
const LABEL_LENGTH = 40

/** A `say` in the person's language; long words are split between paragraphs, the actions hang on the last part. */
export function render(turn: Turn, session: Session, say: Extract<Effect, { kind: 'say' }>): Message[] {
  const text = say.lines.map((line) => wordsOf(turn, session, line)).join('\n\n')
  const parts = splitComposed(text, TEXT_LENGTH)
  const actions = say.options.map((option) => ({
    id: session.offered.find((offered) => offered.value === option.value)?.id ?? newActionId(),
    label: shorten(wordsOf(turn, session, option.label)),
  }))
  return parts.map((part, index) => ({
    text: part,
    actions: index === parts.length - 1 ? actions : [],
    attachmentId: null,
    asks:
      index === parts.length - 1 && say.asks === 'phone'
        ? { kind: 'phone', label: wordsOf(turn, session, { key: 'engine.sharePhone' }) }
        : undefined,
  }))
}

/** One plain message. */
export function renderLine(turn: Turn, session: Session, words: Words): Message[] {
  return render(turn, session, { kind: 'say', lines: [words], options: [] })
}

/** A label that fits on a button of every channel. */
export function shorten(label: string): string {
  const characters = [...label]
  return characters.length <= LABEL_LENGTH ? label : `${characters.slice(0, LABEL_LENGTH - 1).join('')}…`
}
