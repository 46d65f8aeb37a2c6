/**
 * A function that remembers its last answers: for what is asked again and again, like the reading of "1" and "menu".
 * `keyOf` returns null for what is not worth it or must not stay in memory. Answers are shared: nobody may change them.
 */
export function rememberRecent<Arguments extends unknown[], Answer>(
  answer: (...args: Arguments) => Answer,
  keyOf: (...args: Arguments) => string | null,
  most = 500,
): (...args: Arguments) => Answer {
  const known = new Map<string, Answer>()
  return (...args) => {
    const key = keyOf(...args)
    if (key === null) return answer(...args)
    const remembered = known.has(key) ? (known.get(key) as Answer) : answer(...args)
    known.delete(key)
    known.set(key, remembered)
    const [oldest] = known.keys()
    if (known.size > most && oldest !== undefined) known.delete(oldest)
    return remembered
  }
}
