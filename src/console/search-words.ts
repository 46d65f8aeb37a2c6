import { foldName } from '../territory/fold-name.ts'

/**
 * What fits a search, diacritics or not: where the words stand together, else where all of them begin some word. Nothing
 * searched for: all.
 */
export function fitting<Item>(items: readonly Item[], query: string, textOf: (item: Item) => string): Item[] {
  const wanted = foldName(query)
  if (wanted === '') return [...items]
  const folded = items.map((item) => ({ item, text: ` ${foldName(textOf(item))} ` }))
  const together = folded.filter(({ text }) => text.includes(` ${wanted} `))
  const words = wanted.split(' ')
  const found =
    together.length > 0 ? together : folded.filter(({ text }) => words.every((one) => text.includes(` ${one}`)))
  return found.map(({ item }) => item)
}
