/**
 * Waits for statements that were sent together, to the last one, and only then tells of the first fault. With
 * `Promise.all` the rest of a chain would go on after its transaction was rolled back, on a connection that is no longer
 * inside of it.
 */
export async function together<Statements extends readonly unknown[] | []>(
  statements: Statements,
): Promise<{ -readonly [Place in keyof Statements]: Awaited<Statements[Place]> }> {
  const settled = await Promise.allSettled(statements)
  const results = settled.map((one) => {
    if (one.status === 'rejected') throw one.reason
    return one.value
  })
  return results as { -readonly [Place in keyof Statements]: Awaited<Statements[Place]> }
}
