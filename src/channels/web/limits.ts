/**
 * What one browser and one address on the network may have of us. A new cookie costs nothing, so a limit per browser is
 * kept by honest pages alone; the one per address stands against the others, with room for a school or an office behind
 * one address, and for the phones that a mobile network shows as one. Each process counts for itself.
 */
export interface WebLimits {
  streamsPerBrowser: number
  streamsPerAddress: number
  uploadsAtOncePerBrowser: number
  uploadsAtOncePerAddress: number
  /** In an hour. */
  uploadBytesPerBrowser: number
  uploadBytesPerAddress: number
}

const MEGABYTE = 1024 * 1024
const HOUR_MS = 3_600_000
/** Addresses and browsers whose bytes are remembered; the oldest is forgotten first. */
const REMEMBERED = 20_000
/** A file over a slow line takes a while; the page comes again by itself. */
const UPLOAD_PAUSE_SECONDS = 5

export const WEB_LIMITS: WebLimits = {
  streamsPerBrowser: 5,
  streamsPerAddress: 200,
  uploadsAtOncePerBrowser: 2,
  uploadsAtOncePerAddress: 10,
  uploadBytesPerBrowser: 100 * MEGABYTE,
  uploadBytesPerAddress: 400 * MEGABYTE,
}

/** Whose call it is. */
export interface Source {
  /** Names the talk of the browser. */
  talk: string
  /** Where the call comes from. */
  address: string
}

export interface StreamLimits {
  /** Lets a new stream in, and closes the oldest of its browser or address when there are too many. Returns what leaves. */
  enter(source: Source, close: () => void): () => void
}

export function createStreamLimits(limits: WebLimits): StreamLimits {
  const browsers = new Map<string, Set<() => void>>()
  const addresses = new Map<string, Set<() => void>>()

  return {
    enter({ talk, address: ip }, close) {
      const address = networkOf(ip)
      const leave = () => {
        remove(browsers, talk, end)
        remove(addresses, address, end)
      }
      const end = () => {
        leave()
        close()
      }
      add(browsers, talk, end)
      add(addresses, address, end)
      endOldest(browsers.get(talk), limits.streamsPerBrowser)
      endOldest(addresses.get(address), limits.streamsPerAddress)
      return leave
    },
  }
}

type UploadEntry = { kind: 'in'; leave(): void } | { kind: 'wait'; seconds: number }

/** Asked before the body of an upload is read, since that is what costs memory. */
export function createUploadLimits(limits: WebLimits, now: () => Date) {
  const browsers = new Map<string, Set<() => void>>()
  const addresses = new Map<string, Set<() => void>>()
  const bytesOfBrowsers = new Map<string, Bytes>()
  const bytesOfAddresses = new Map<string, Bytes>()

  return {
    enter({ talk, address: ip }: Source, bytes: number): UploadEntry {
      const address = networkOf(ip)
      const isFull =
        (browsers.get(talk)?.size ?? 0) >= limits.uploadsAtOncePerBrowser ||
        (addresses.get(address)?.size ?? 0) >= limits.uploadsAtOncePerAddress
      if (isFull) return { kind: 'wait', seconds: UPLOAD_PAUSE_SECONDS }
      const at = now().getTime()
      const ofBrowser = bytesOf(bytesOfBrowsers, talk, at)
      const ofAddress = bytesOf(bytesOfAddresses, address, at)
      if (ofBrowser.count + bytes > limits.uploadBytesPerBrowser) return waitFor(ofBrowser, at)
      if (ofAddress.count + bytes > limits.uploadBytesPerAddress) return waitFor(ofAddress, at)
      ofBrowser.count += bytes
      ofAddress.count += bytes
      const leave = () => {
        remove(browsers, talk, leave)
        remove(addresses, address, leave)
      }
      add(browsers, talk, leave)
      add(addresses, address, leave)
      return { kind: 'in', leave }
    },
  }
}

interface Bytes {
  count: number
  until: number
}

function bytesOf(known: Map<string, Bytes>, key: string, at: number): Bytes {
  const found = known.get(key)
  if (found !== undefined && found.until > at) return found
  const fresh = { count: 0, until: at + HOUR_MS }
  known.delete(key)
  const [oldest] = known.keys()
  if (known.size >= REMEMBERED && oldest !== undefined) known.delete(oldest)
  known.set(key, fresh)
  return fresh
}

function waitFor({ until }: Bytes, at: number): UploadEntry {
  return { kind: 'wait', seconds: Math.ceil((until - at) / 1_000) }
}

/** Sets keep the order in which things were put in. */
function add(groups: Map<string, Set<() => void>>, key: string, one: () => void): void {
  groups.set(key, (groups.get(key) ?? new Set()).add(one))
}

function remove(groups: Map<string, Set<() => void>>, key: string, one: () => void): void {
  const group = groups.get(key)
  group?.delete(one)
  if (group?.size === 0) groups.delete(key)
}

function endOldest(group: ReadonlySet<() => void> | undefined, most: number): void {
  const [oldest] = group ?? []
  if (group !== undefined && group.size > most) oldest?.()
}

/** A household has 2^64 addresses of version 6: their common part stands for all of them. */
export function networkOf(ip: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip)?.[1]
  if (mapped !== undefined) return mapped
  if (!ip.includes(':')) return ip
  const [head = '', tail = ''] = ip.toLowerCase().split('::')
  const groups = head.split(':').filter(Boolean)
  const missing = ip.includes('::') ? 8 - groups.length - tail.split(':').filter(Boolean).length : 0
  const whole = [
    ...groups,
    ...Array.from({ length: Math.max(0, missing) }, () => '0'),
    ...tail.split(':').filter(Boolean),
  ]
  return `${whole
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')}::/64`
}
