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
])
/** Classes: connection, resources, operator (but not the time limit of a statement), system; single codes: serialization, deadlock, lock. */
const OF_THE_SERVER = /^(08|53|57(?!014)|58)...$|^(40001|40P01|55P03|25P03)$/

export function isPassingFault(error: unknown): error is Error & { code: string } {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return false
  return OF_THE_DRIVER.has(error.code) || OF_THE_SERVER.test(error.code)
}
