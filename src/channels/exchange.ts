/**
 * One HTTP call that says whether it had left when it failed, which decides whether a message may be sent again. It
 * follows no redirect and repeats nothing. No reason it gives names an address or a header: they may hold a token.
 */
import http from 'node:http'
import https from 'node:https'

export interface HttpCall {
  method: 'GET' | 'POST'
  url: URL
  headers?: http.OutgoingHttpHeaders
  body?: Buffer
  timeoutMs: number
  maxBytes: number
  signal?: AbortSignal
}

export type Exchanged =
  | { kind: 'answered'; status: number; headers: http.IncomingHttpHeaders; body: Buffer }
  | { kind: 'too-large' }
  /** The call never left. */
  | { kind: 'not-sent'; reason: string }
  /** The call left, and no answer came. */
  | { kind: 'broken'; reason: string }

export interface HttpClient {
  exchange(call: HttpCall): Promise<Exchanged>
  /** Ends the kept connections. */
  close(): void
}

/** Shorter than the patience of the other side, so that a call rarely meets a connection that is being closed. */
const IDLE_MS = 20_000
const MAX_CONNECTIONS = 64

export function createHttpClient(): HttpClient {
  const options = { keepAlive: true, maxSockets: MAX_CONNECTIONS, timeout: IDLE_MS }
  const agents = { 'http:': new http.Agent(options), 'https:': new https.Agent(options) }
  return {
    exchange(call) {
      return call.url.protocol === 'https:'
        ? exchange(https.request, agents['https:'], 'secureConnect', call)
        : exchange(http.request, agents['http:'], 'connect', call)
    },
    close() {
      for (const agent of Object.values(agents)) agent.destroy()
    },
  }
}

function exchange(
  request: typeof http.request,
  agent: http.Agent,
  connected: 'connect' | 'secureConnect',
  call: HttpCall,
): Promise<Exchanged> {
  if (call.signal?.aborted) return Promise.resolve({ kind: 'not-sent', reason: 'stopped' })
  return new Promise((resolve) => {
    // From the first byte on the other side may act on it; a connection that never came about carried nothing.
    let hasLeft = false
    const outgoing = request(call.url, {
      agent,
      method: call.method,
      headers: { ...call.headers, ...(call.body && { 'content-length': call.body.length }) },
    })
    const settle = (outcome: Exchanged) => {
      clearTimeout(timer)
      call.signal?.removeEventListener('abort', stop)
      resolve(outcome)
      if (outcome.kind !== 'answered') outgoing.destroy()
    }
    const fail = (reason: string) => settle({ kind: hasLeft ? 'broken' : 'not-sent', reason })
    const stop = () => fail('stopped')
    const timer = setTimeout(() => fail('timed out'), call.timeoutMs)
    call.signal?.addEventListener('abort', stop, { once: true })

    outgoing.on('error', (error: NodeJS.ErrnoException) => fail(error.code ?? 'connection failed'))
    outgoing.on('socket', (socket) => {
      if (!socket.connecting) hasLeft = true
      else {
        socket.once(connected, () => {
          hasLeft = true
        })
      }
    })
    outgoing.on('response', (answer) => {
      const chunks: Buffer[] = []
      let bytes = 0
      answer.on('data', (chunk: Buffer) => {
        bytes += chunk.length
        if (bytes > call.maxBytes) settle({ kind: 'too-large' })
        else chunks.push(chunk)
      })
      answer.on('error', () => fail('answer cut off'))
      answer.on('end', () =>
        settle({
          kind: 'answered',
          status: answer.statusCode ?? 0,
          headers: answer.headers,
          body: Buffer.concat(chunks),
        }),
      )
    })
    outgoing.end(call.body)
  })
}
