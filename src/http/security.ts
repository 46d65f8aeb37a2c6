import type { FastifyHelmetOptions } from '@fastify/helmet'
import type { FastifyRequest } from 'fastify'

/**
 * Headers of every answer. Pages get their scripts and styles from this server alone and none of them inline, so that a
 * person's words can never run as a program in an officer's browser.
 */
export function securityHeaders(publicUrl: string | null): FastifyHelmetOptions {
  const isHttps = publicUrl?.startsWith('https:') === true
  return {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        // The stylesheet of components draws its arrows and ticks as data: images.
        imgSrc: ["'self'", 'data:', 'blob:'],
        mediaSrc: ["'self'"],
        fontSrc: ["'self'"],
        connectSrc: ["'self'"],
        manifestSrc: ["'self'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
        objectSrc: ["'none'"],
        ...(isHttps ? { upgradeInsecureRequests: [] } : {}),
      },
    },
    // `no-referrer` would turn the Origin of our own forms into `null`, and with it the check below into a refusal.
    referrerPolicy: { policy: 'same-origin' },
    hsts: isHttps ? { maxAge: 31_536_000 } : false,
    xFrameOptions: { action: 'deny' },
    crossOriginEmbedderPolicy: false,
  }
}

/**
 * Whether a browser says that a call comes from our own pages. Browsers send `Origin` with every POST; a program that
 * sends neither header is no browser and carries no cookie that somebody else could ride on.
 */
export function isFromOurPages(request: FastifyRequest, publicUrl: string | null): boolean {
  const origin = request.headers.origin
  if (origin !== undefined) {
    if (publicUrl !== null && origin === originOf(publicUrl)) return true
    return origin === `${request.protocol}://${request.host}`
  }
  const site = request.headers['sec-fetch-site']
  return site === undefined || site === 'same-origin' || site === 'none'
}

function originOf(url: string): string | null {
  return URL.canParse(url) ? new URL(url).origin : null
}
