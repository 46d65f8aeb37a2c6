import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'

/** A file that travelled inside of a call. */
export interface CarriedFile {
  name: string
  type: string
  content: Uint8Array
}

/** One call of the product on its way to a fake. */
export interface Call {
  path: string
  /** JSON, a form's fields, or the query. */
  body: Record<string, unknown>
  file: CarriedFile | null
}

/** How a call ended; null: the connection broke, or the caller gave up. */
export type Answer = { status: number; text: string } | null

export interface Line {
  url: string
  close(): void
}

/** A line between the product and a fake, on which everybody may listen; breaks and silences pass through as they are. */
export async function startLine(
  target: string,
  listener: { called(call: Call): void; answered(call: Call, answer: Answer): void },
): Promise<Line> {
  const agent = new http.Agent({ keepAlive: true })
  const server = http.createServer((request, response) => {
    void carry(request, response).catch(() => response.destroy())
  })

  async function carry(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const body = await contentOf(request)
    const { method, headers, url = '/' } = request
    const call = await readCall(new URL(url, target), headers['content-type'] ?? '', body)
    listener.called(call)
    const onward = http.request(`${target}${url}`, { method, headers, agent })
    // A poll that nobody waits for any more must not stay open on the other side.
    response.once('close', () => onward.destroy())
    onward.end(body)
    try {
      const [answer] = (await once(onward, 'response')) as [http.IncomingMessage]
      const content = await contentOf(answer)
      const status = answer.statusCode ?? 502
      response.writeHead(status, answer.headers).end(content)
      listener.answered(call, { status, text: content.subarray(0, 2_000).toString() })
    } catch (error) {
      listener.answered(call, null)
      throw error
    }
  }

  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.closeAllConnections()
      server.close()
      agent.destroy()
    },
  }
}

async function contentOf(stream: http.IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

async function readCall(url: URL, type: string, body: Buffer): Promise<Call> {
  const path = decodeURIComponent(url.pathname)
  const call: Call = { path, body: Object.fromEntries(url.searchParams), file: null }
  if (type.startsWith('multipart/form-data')) {
    const form = await new Response(Uint8Array.from(body), { headers: { 'content-type': type } }).formData()
    for (const [name, value] of form) {
      if (typeof value === 'string') call.body[name] = value
      else call.file = { name: value.name, type: value.type, content: new Uint8Array(await value.arrayBuffer()) }
    }
  } else if (type.startsWith('application/json') && body.length > 0) {
    call.body = JSON.parse(body.toString()) as Record<string, unknown>
  }
  return call
}
