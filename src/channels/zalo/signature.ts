import { createHash } from 'node:crypto'
import { isSame } from '../../secrets.ts'

export interface Signing {
  appId: string
  /** The official account's secret, which is not the app's. */
  secret: string
}

/** A plain hash over the bytes as they came: a body that was read and written again would differ in its escapes. */
export function signatureOf({ appId, secret }: Signing, body: Uint8Array, timestamp: string): string {
  return createHash('sha256').update(appId).update(body).update(timestamp).update(secret).digest('hex')
}

export function isSigned(signing: Signing, header: string, body: Uint8Array, timestamp: string): boolean {
  const given = header.replace(/^mac=/i, '').trim().toLowerCase()
  return isSame(given, signatureOf(signing, body, timestamp))
}
