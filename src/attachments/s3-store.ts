import { createHash } from 'node:crypto'
import { AwsClient } from 'aws4fetch'
import { type AttachmentStore, isStoreName, pathOfName, StoreAway, type StoredFile } from './store.ts'

export interface S3Settings {
  /** Where the service answers, without the bucket: `https://s3.example.vn`. */
  url: string
  region: string
  bucket: string
  key: string
  secret: string
}

/** Asked in the middle of a transaction, which the database gives up after five seconds of silence. */
const SHORT_MS = 4_000
const CONTENT_MS = 60_000
const NOTHING = new Uint8Array()
const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

/**
 * A bucket of an S3-compatible service, addressed by path, with the keys that the files would have as paths in the folder:
 * a folder can be copied into a bucket and back. Nothing is tried twice here: whoever asks tries again.
 */
export function createS3Store(settings: S3Settings): AttachmentStore {
  const { region, key: accessKeyId, secret: secretAccessKey } = settings
  const client = new AwsClient({ accessKeyId, secretAccessKey, region, service: 's3', retries: 0 })
  const bucketUrl = `${settings.url}/${encodeURIComponent(settings.bucket)}`
  const urlOf = (name: string) => `${bucketUrl}/${pathOfName(name)}`

  /** Null: there is no such file. Any other answer than a good one is the service's fault. */
  async function call<Result>(
    doing: string,
    request: { method: string; url: string; body?: Uint8Array; withinMs: number },
    read: (answer: Response) => Promise<Result>,
  ): Promise<Result | null> {
    const { method, url, body, withinMs } = request
    try {
      const answer = await client.fetch(url, {
        method,
        // What arrives is what was signed, also where a proxy ends the encryption on the way.
        headers: {
          'x-amz-content-sha256': createHash('sha256')
            .update(body ?? NOTHING)
            .digest('hex'),
        },
        signal: AbortSignal.timeout(withinMs),
        redirect: 'error',
        ...(body === undefined ? {} : { body: Uint8Array.from(body) }),
      })
      if (answer.ok) return await read(answer)
      const said = method === 'HEAD' ? '' : await answer.text()
      const code = /<Code>(\w+)<\/Code>/.exec(said)?.[1] ?? null
      // A bucket that is not there is a wrong setting, not a lost file.
      if (answer.status === 404 && code !== 'NoSuchBucket') return null
      throw new Error(`answered ${answer.status}${code === null ? '' : ` ${code}`}`)
    } catch (error) {
      throw new StoreAway(doing, error)
    }
  }

  async function* list(): AsyncGenerator<readonly StoredFile[]> {
    let token: string | null = null
    do {
      const query: string = `?list-type=2&max-keys=1000${token === null ? '' : `&continuation-token=${encodeURIComponent(token)}`}`
      const request = { method: 'GET', url: bucketUrl + query, withinMs: CONTENT_MS }
      const page: string = (await call('be listed', request, (answer) => answer.text())) ?? ''
      const files = [...page.matchAll(/<Contents>(.*?)<\/Contents>/gs)].flatMap(([, entry = '']) => readEntry(entry))
      if (files.length > 0) yield files
      token = textOf(page, 'IsTruncated') === 'true' ? textOf(page, 'NextContinuationToken') : null
    } while (token !== null)
  }

  return {
    put: async (name, sealed) => {
      const request = { method: 'PUT', url: urlOf(name), body: sealed, withinMs: CONTENT_MS }
      const isKept = await call('keep a file', request, async () => true)
      if (isKept === null) throw new StoreAway('keep a file', new Error('answered 404'))
    },
    has: async (name) => {
      const request = { method: 'HEAD', url: urlOf(name), withinMs: SHORT_MS }
      return (await call('be asked for a file', request, async () => true)) ?? false
    },
    get: async (name) =>
      call('read a file', { method: 'GET', url: urlOf(name), withinMs: CONTENT_MS }, async (answer) =>
        Buffer.from(await answer.arrayBuffer()),
      ),
    remove: async (names) => {
      // A call each: the one that removes many needs a checksum that not every service reads alike.
      await Promise.all(
        names.map((name) =>
          call('remove a file', { method: 'DELETE', url: urlOf(name), withinMs: SHORT_MS }, async () => true),
        ),
      )
    },
    list,
  }
}

function readEntry(entry: string): StoredFile[] {
  const key = textOf(entry, 'Key') ?? ''
  const name = key.slice(key.lastIndexOf('/') + 1)
  const storedAt = new Date(textOf(entry, 'LastModified') ?? '')
  const isOurs = isStoreName(name) && key === pathOfName(name) && !Number.isNaN(storedAt.getTime())
  return isOurs ? [{ name, storedAt }] : []
}

function textOf(xml: string, tag: string): string | null {
  const text = new RegExp(`<${tag}>([^<]*)</${tag}>`).exec(xml)?.[1]
  return (
    text?.replace(/&(?:#(\d+)|(\w+));/g, (whole, code, name) => {
      return code === undefined ? (ENTITIES[name] ?? whole) : String.fromCodePoint(Number(code))
    }) ?? null
  )
}
