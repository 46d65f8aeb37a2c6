import { randomBytes } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Secrets } from '../../secrets.ts'

/** The address of a person on the web: a random id in a signed cookie. Whoever has the cookie has the talk. */
export const COOKIE = 'cau_noi_chat'
export const ACCOUNT = 'web'

const PURPOSE = 'web-address'
const YEAR_SECONDS = 365 * 24 * 3600

export type Caller = { kind: 'known'; address: string } | { kind: 'newcomer' } | { kind: 'forged' }

export function callerOf(request: FastifyRequest, secrets: Secrets): Caller {
  const cookie = request.cookies[COOKIE]
  if (cookie === undefined || cookie === '') return { kind: 'newcomer' }
  const [, address, signature] = /^([\w-]{24})\.([\w-]{43})$/.exec(cookie) ?? []
  if (address === undefined || signature === undefined) return { kind: 'forged' }
  return secrets.isSigned(PURPOSE, address, signature) ? { kind: 'known', address } : { kind: 'forged' }
}

export interface CookieOptions {
  secrets: Secrets
  /** The page is reached by https only. */
  secure: boolean
  /** Forgotten when the browser closes: for a screen that many people use. */
  forSession?: boolean
}

/** Gives the browser a new address, which begins a new talk. */
export function giveAddress(reply: FastifyReply, { secrets, secure, forSession = false }: CookieOptions): string {
  const address = randomBytes(18).toString('base64url')
  reply.setCookie(COOKIE, `${address}.${secrets.sign(PURPOSE, address)}`, {
    path: '/',
    httpOnly: true,
    sameSite: 'lax',
    secure,
    ...(forSession ? {} : { maxAge: YEAR_SECONDS }),
  })
  return address
}

/**
 * Whether a call is one of our own page's. Browsers say with every POST where it comes from; a program that says nothing
 * carries no cookie that somebody else could ride on.
 */
export function isFromOurPage(request: FastifyRequest, publicUrl: string | undefined): boolean {
  const { origin } = request.headers
  if (origin !== undefined) return origin === `${request.protocol}://${request.host}` || origin === publicUrl
  const site = request.headers['sec-fetch-site']
  return site === undefined || site === 'same-origin' || site === 'none'
}

/** Names the talk of an address in ids and notices without giving the address away. */
export function talkKey(secrets: Secrets, address: string): string {
  return secrets.keyedHash('web-talk', address).toString('base64url').slice(0, 32)
}
