/**
 * The buttons under a policy message. Their ids need no row each: an id names the message and the button, and a signature
 * binds it to the contact it was shown to. They stay good for as long as the message is in somebody's chat.
 */
import type { Secrets } from '../secrets.ts'

/** `button`: the message's own, by its place among `content.buttons`. */
export type BroadcastTap =
  | { kind: 'button'; broadcastId: string; place: number }
  /** "Đã rõ". */
  | { kind: 'understood'; broadcastId: string }
  /** "Dừng nhận tin". */
  | { kind: 'stop'; broadcastId: string }

const UNDERSTOOD = 8
const STOP = 9
const SIGNATURE_LENGTH = 16
const ID = /^bc([\w-]{22})([0-9])([\w-]{16})$/

export function actionIdOf(secrets: Secrets, contactId: string, tap: BroadcastTap): string {
  const code = tap.kind === 'button' ? tap.place : tap.kind === 'understood' ? UNDERSTOOD : STOP
  const message = Buffer.from(tap.broadcastId.replaceAll('-', ''), 'hex').toString('base64url')
  return `bc${message}${code}${signatureOf(secrets, contactId, tap.broadcastId, code)}`
}

/** What a tap on a button means; null when it is none of ours, or was shown to somebody else. */
export function tapOf(secrets: Secrets, contactId: string, actionId: string): BroadcastTap | null {
  const [, message = '', digit = '', signature] = ID.exec(actionId) ?? []
  const hex = Buffer.from(message, 'base64url').toString('hex')
  const broadcastId = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
  const code = Number(digit)
  if (signature === undefined || signature !== signatureOf(secrets, contactId, broadcastId, code)) return null
  if (code === UNDERSTOOD) return { kind: 'understood', broadcastId }
  return code === STOP ? { kind: 'stop', broadcastId } : { kind: 'button', broadcastId, place: code }
}

function signatureOf(secrets: Secrets, contactId: string, broadcastId: string, code: number): string {
  return secrets.sign('broadcast-action', `${broadcastId}\0${contactId}\0${code}`).slice(0, SIGNATURE_LENGTH)
}
