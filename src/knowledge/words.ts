/** An answer in words. Pure. */
import { formatDay, type Language, type Texts } from '../i18n.ts'
import type { Answer } from './find-answer.ts'
import type { Citation, Line } from './placeholders.ts'

export function wordsOfLine(texts: Texts, language: Language, { key, values }: Line): string {
  const words = Object.entries(values).map(([name, value]) => [
    name,
    typeof value === 'string' ? value : wordsOfLine(texts, language, value),
  ])
  return texts.text(language, key, Object.fromEntries(words))
}

/** One text a paragraph. */
export function wordsOfAnswer(texts: Texts, language: Language, answer: Answer): string[] {
  return answer.blocks.map((block) => block.map((line) => wordsOfLine(texts, language, line)).join('\n'))
}

/** What an answer rests on: a document a line, with its days and how sure it is. */
export function basisLines(basis: readonly Citation[]): Line[] {
  return basis.map(({ document, article, from, to, confidence }) => {
    const place = article === null ? 'document' : 'entry'
    const ends = to !== null && to !== 'open'
    return {
      key: `knowledge.basis.${place}${ends ? '_to' : ''}`,
      values: {
        document,
        from: formatDay(from),
        confidence: { key: `knowledge.confidence.${confidence}`, values: {} },
        ...(article === null ? {} : { article }),
        ...(ends ? { to: formatDay(to) } : {}),
      },
    }
  })
}
