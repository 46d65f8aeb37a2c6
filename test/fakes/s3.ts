import { createHash, createHmac } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A bucket over HTTP, addressed by path. It knows its one key and refuses what is not signed with it. */
export interface FakeS3 {
  readonly settings: { url: string; region: string; bucket: string; key: string; secret: string }
  readonly objects: Map<string, { content: Buffer; storedAt: Date }>
  /** `METHOD /bucket/key` of each call that was let in. */
  readonly calls: string[]
  /** What the next calls meet; `ok` unless set. `drop` closes the line after taking what was sent. */
  mode: 'ok' | 'busy' | 'drop' | 'no-bucket'
  close(): Promise<void>
}

const PAGE = 2

export async function startFakeS3(): Promise<FakeS3> {
  const objects: FakeS3['objects'] = new Map()
  const calls: string[] = []
  const settings = { url: '', region: 'vn-1', bucket: 'papers', key: 'AKFAKE', secret: 'very secret' }
  const fake: FakeS3 = {
    settings,
    objects,
    calls,
    mode: 'ok',
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
  const server = createServer(async (request, answer) => {
    const body = await bodyOf(request)
    const url = new URL(request.url ?? '/', settings.url)
    const refuse = (status: number, code: string) =>
      answer.writeHead(status, { 'content-type': 'application/xml' }).end(`<Error><Code>${code}</Code></Error>`)
    if (!isSigned(request, url, body, settings)) return refuse(403, 'SignatureDoesNotMatch')
    calls.push(`${request.method} ${url.pathname}`)
    const [, bucket, ...rest] = url.pathname.split('/')
    if (fake.mode === 'busy') return refuse(503, 'SlowDown')
    if (bucket !== settings.bucket || fake.mode === 'no-bucket') return refuse(404, 'NoSuchBucket')
    const key = rest.join('/')
    if (request.method === 'PUT') objects.set(key, { content: body, storedAt: new Date() })
    if (fake.mode === 'drop') return request.socket.destroy()
    if (request.method === 'PUT') return answer.writeHead(200).end()
    if (request.method === 'DELETE') {
      objects.delete(key)
      return answer.writeHead(204).end()
    }
    if (key === '') return answer.writeHead(200).end(listed(objects, url.searchParams.get('continuation-token')))
    const found = objects.get(key)
    if (found === undefined) return request.method === 'HEAD' ? answer.writeHead(404).end() : refuse(404, 'NoSuchKey')
    return answer.writeHead(200, { 'content-length': found.content.length }).end(found.content)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  settings.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return fake
}

/** Two at a time, with a token that has to be escaped in both directions. */
function listed(objects: FakeS3['objects'], token: string | null): string {
  const keys = [...objects.keys()].sort()
  const start = token === null ? 0 : Number(/^a&b\+(\d+)$/.exec(token)?.[1])
  const page = keys.slice(start, start + PAGE)
  const more = start + PAGE < keys.length
  const contents = page.map((key) => {
    const { content, storedAt } = objects.get(key) ?? { content: Buffer.alloc(0), storedAt: new Date() }
    return `<Contents><Key>${key}</Key><LastModified>${storedAt.toISOString()}</LastModified><Size>${content.length}</Size></Contents>`
  })
  const next = more ? `<NextContinuationToken>a&amp;b+${start + PAGE}</NextContinuationToken>` : ''
  return `<?xml version="1.0"?><ListBucketResult><IsTruncated>${more}</IsTruncated>${contents.join('\n')}${next}</ListBucketResult>`
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** Signature version 4, computed anew from what arrived. */
function isSigned(request: IncomingMessage, url: URL, body: Buffer, settings: FakeS3['settings']): boolean {
  const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest('hex')
  const hmac = (key: string | Buffer, data: string) => createHmac('sha256', key).update(data).digest()
  const authorization = request.headers.authorization ?? ''
  const parts = /^AWS4-HMAC-SHA256 Credential=([^,]+), SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/.exec(
    authorization,
  )
  const [, credential = '', signedHeaders = '', signature] = parts ?? []
  const [key, day = '', region = '', service = '', end = ''] = credential.split('/')
  const bodyHash = String(request.headers['x-amz-content-sha256'])
  if (key !== settings.key || region !== settings.region || bodyHash !== sha256(body)) return false
  const escaped = (text: string) =>
    encodeURIComponent(text).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`)
  const query = [...url.searchParams].map(([name, value]) => `${escaped(name)}=${escaped(value)}`).sort()
  const headers = signedHeaders.split(';').map((name) => `${name}:${String(request.headers[name] ?? '').trim()}\n`)
  const canonical = [request.method, url.pathname, query.join('&'), headers.join(''), signedHeaders, bodyHash].join(
    '\n',
  )
  const scope = [day, region, service, end].join('/')
  const toSign = ['AWS4-HMAC-SHA256', request.headers['x-amz-date'], scope, sha256(canonical)].join('\n')
  const signing = [region, service, end].reduce<Buffer>(
    (made, part) => hmac(made, part),
    hmac(`AWS4${settings.secret}`, day),
  )
  return hmac(signing, toSign).toString('hex') === signature
}
