import { folded, hasWords } from './words.ts'

export interface HeadingWords<Id extends string> {
  /** Column id → folded words of headings. Of several that fit a heading the longest words win. */
  headings: Readonly<Record<Id, readonly string[]>>
  /** Words that hold one of those and mean something else. */
  notOurs: readonly string[]
  /** Single words that mean their column also among others: "Thôn (xóm)", "Tuổi (năm)". */
  ownWords: ReadonlySet<string>
}

/** What a heading says, with diacritics or without; null when nothing that is read. */
export function matchHeading<Id extends string>(
  heading: string,
  { headings, notOurs, ownWords }: HeadingWords<Id>,
): Id | null {
  const words = folded(heading)
  if (words === '') return null
  let best: { id: Id | null; length: number } = { id: null, length: 0 }
  for (const phrase of notOurs) {
    if (hasWords(words, phrase) && phrase.length > best.length) best = { id: null, length: phrase.length }
  }
  for (const [id, phrases] of Object.entries(headings) as [Id, readonly string[]][]) {
    for (const phrase of phrases) {
      // One short word stands for a column only alone: "nam" is also the year, "ngheo" also part of much else.
      const isAmong = (phrase.includes(' ') || ownWords.has(phrase)) && hasWords(words, phrase)
      const length = words === phrase ? phrase.length + 100 : phrase.length
      if ((words === phrase || isAmong) && length > best.length) best = { id, length }
    }
  }
  return best.id
}
