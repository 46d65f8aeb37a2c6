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
    const remembered = known.get(key)
    if (remembered !== undefined || known.has(key)) return remembered as Answer
    const made = answer(...args)
    known.set(key, made)
    // The oldest goes, used or not: keeping count of uses would cost more than it saves.
    const [oldest] = known.keys()
    if (known.size > most && oldest !== undefined) known.delete(oldest)
    return made
  }
}
