/**
 * Faults that pass by themselves: the server is away, is starting or stopping, or asks to try again. The work that met
 * one was not done, or (a connection lost at commit) may have been; it is not to blame for it.
 */
const OF_THE_DRIVER = new Set([
  'CONNECTION_CLOSED',
  'CONNECTION_ENDED',
  'CONNECTION_DESTROYED',
  'CONNECT_TIMEOUT',
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EAI_AGAIN',
  'ENOTFOUND',
  // The store of attachments.
  'STORE_AWAY',
])
/** Classes: connection, resources, operator (but not the time limit of a statement), system; single codes: serialization, deadlock, lock. */
const OF_THE_SERVER = /^(08|53|57(?!014)|58)...$|^(40001|40P01|55P03|25P03)$/

/** What PostgreSQL says to a NUL character in a text, and in JSON. */
const UNSTORABLE_TEXT = new Set(['22021', '22P05'])
/** An error that is its own cause must not hold us for ever. */
const DEEPEST_CAUSE = 5

export function isPassingFault(error: unknown): error is Error {
  return codesOf(error).some((code) => OF_THE_DRIVER.has(code) || OF_THE_SERVER.test(code))
}

/** Somebody else holds a lock for longer than we wait, or the two of us waited for each other. */
export function isLockFault(error: unknown): boolean {
  return codesOf(error).some((code) => code === '55P03' || code === '40P01')
}

/** Whether a text held a character that no text in the database may hold: a fault of whoever sent it. */
export function isUnstorableText(error: unknown): boolean {
  return codesOf(error).some((code) => UNSTORABLE_TEXT.has(code))
}

/** The codes of an error and its causes: drizzle wraps what the driver threw, and its own error has none. */
function codesOf(error: unknown): string[] {
  const codes: string[] = []
  let one = error
  for (let depth = 0; depth < DEEPEST_CAUSE && one instanceof Error; depth++) {
    if ('code' in one && typeof one.code === 'string') codes.push(one.code)
    one = one.cause
  }
  return codes
}
