/**
 * Which cells of a table about people are not shown. One to four requests of, say, men over 60 in one commune are people
 * whom a neighbour can name; reports are sent up and on, so their tables hide such cells wherever they appear, on the page
 * as in the files: one figure everywhere, and who works on a case opens the ticket, where the reading is recorded. Pure.
 */
const FEWEST_SHOWN = 5

/**
 * `addsUp`: the cells make up the total, which is shown. One hidden cell alone could then be found by subtraction, so the
 * smallest of the others goes with it.
 */
export function hiddenKeys(sizes: readonly (readonly [key: string, size: number])[], addsUp: boolean): Set<string> {
  const isSmall = (size: number) => size > 0 && size < FEWEST_SHOWN
  const hidden = new Set(sizes.filter(([, size]) => isSmall(size)).map(([key]) => key))
  if (!addsUp || hidden.size !== 1) return hidden
  const [next] = sizes.filter(([, size]) => size >= FEWEST_SHOWN).sort(([, one], [, other]) => one - other)
  if (next !== undefined) hidden.add(next[0])
  return hidden
}
