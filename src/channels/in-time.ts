/** A channel waits for a few seconds; what is not stored by then comes again and is known. */
export const PATIENCE_MS = 1_500

/** Fails when the work takes longer; it goes on by itself, and the repeat finds it done. */
export async function inTime(work: Promise<void>, patienceMs: number): Promise<void> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new Error('not stored in time')), patienceMs)
  try {
    await Promise.race([work, late.promise])
  } finally {
    clearTimeout(timer)
    work.catch(() => {})
  }
}
