import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'

/** A long line to somewhere: calls take up to `delayMs` in each direction, and a caller's death takes its calls with it. */
export async function startSlowLine(target: string, delayMs: number) {
  const agent = new http.Agent({ keepAlive: true })
  const server = http.createServer((request, response) => {
    void carry(request, response).catch(() => response.destroy())
  })

  async function carry(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    await pause(Math.random() * delayMs)
    if (response.destroyed) return
    const { method, headers, url } = request
    const call = http.request(`${target}${url}`, { method, headers, agent })
    // A poll that nobody waits for any more must not stay open on the other side.
    response.once('close', () => call.destroy())
    call.end(Buffer.concat(chunks))
    const [answer] = (await once(call, 'response')) as [http.IncomingMessage]
    const body: Buffer[] = []
    for await (const chunk of answer) body.push(chunk as Buffer)
    await pause(Math.random() * delayMs)
    response.writeHead(answer.statusCode ?? 502, answer.headers).end(Buffer.concat(body))
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
