/** Those who ask together, or soon after, get one answer. A failure is nobody's but theirs who waited for it. */
export function rememberFor<Answer>(
  ask: () => Promise<Answer>,
  ms: number,
  clockMs: () => number = () => performance.now(),
): () => Promise<Answer> {
  let known: { answer: Promise<Answer>; until: number } | null = null
  return () => {
    if (known !== null && known.until > clockMs()) return known.answer
    const fresh = { answer: ask(), until: Number.POSITIVE_INFINITY }
    known = fresh
    fresh.answer.then(
      () => {
        fresh.until = clockMs() + ms
      },
      () => {
        if (known === fresh) known = null
      },
    )
    return fresh.answer
  }
}
