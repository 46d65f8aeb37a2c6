import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { SECRET } from './settings.ts'

/** A Bot API that answers at once and tells when a chat got something. */
export async function startInstantBotApi() {
  const waiting = new Map<number, () => void>()
  let calls = 0
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      calls += 1
      response.setHeader('content-type', 'application/json')
      response.end(`{"ok":true,"result":{"message_id":${calls},"date":0,"chat":{"id":1,"type":"private"}}}`)
      if (!request.url?.endsWith('/sendMessage')) return
      const chat = (JSON.parse(Buffer.concat(chunks).toString()) as { chat_id: number }).chat_id
      waiting.get(chat)?.()
      waiting.delete(chat)
    })
  })
  server.keepAliveTimeout = 60_000
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    apiRoot: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls: () => calls,
    nextReplyTo: (chat: number) => new Promise<void>((resolve) => waiting.set(chat, resolve)),
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

export type InstantBotApi = Awaited<ReturnType<typeof startInstantBotApi>>

/** What was measured: milliseconds until the webhook was answered and until the reply was there. */
export interface Measured {
  updatesPerSecond: number
  messagesPerUpdate: number
  answerMs: number[]
  replyMs: number[]
}

const CHATS = 1_000
const WORDS = ['menu', '1', '2', 'quay lại', 'không biết', '3', 'menu', '1']
/** Numbers of updates are never used twice, on either side. */
let updateId = 1

export interface Load {
  /** Of the processes that share the load in turn. */
  addresses: readonly string[]
  botApi: InstantBotApi
  seconds: number
}

/** Each of so many people writes, waits for the answer and lets the next one write. */
export async function closedLoop({ addresses, botApi, seconds }: Load, people: number): Promise<Measured> {
  const talk = startTalk(addresses, botApi)
  const until = performance.now() + seconds * 1_000
  await Promise.all(
    Array.from({ length: people }, async () => {
      while (performance.now() < until) await talk.say()
    }),
  )
  return talk.end()
}

/** So many updates a second, whether or not the answers keep up. */
export async function openLoop({ addresses, botApi, seconds }: Load, perSecond: number): Promise<Measured> {
  const talk = startTalk(addresses, botApi)
  const startedAt = performance.now()
  const under: Promise<void>[] = []
  while (performance.now() - startedAt < seconds * 1_000) {
    const due = Math.floor(((performance.now() - startedAt) / 1_000) * perSecond)
    while (under.length < due) under.push(talk.say())
    await pause(1)
  }
  await Promise.all(under)
  return talk.end()
}

function startTalk(addresses: readonly string[], botApi: InstantBotApi) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 128 })
  const urls = addresses.map((address) => new URL('/webhooks/telegram', address))
  const measured: Measured = { updatesPerSecond: 0, messagesPerUpdate: 0, answerMs: [], replyMs: [] }
  const startedAt = performance.now()
  const callsBefore = botApi.calls()
  return {
    async say(): Promise<void> {
      const id = updateId++
      const chat = 1 + (id % CHATS)
      const text = WORDS[(id * 7 + Math.floor(id / CHATS)) % WORDS.length] ?? 'menu'
      const from = { id: chat, is_bot: false, first_name: 'A' }
      const message = { message_id: id, date: 0, chat: { id: chat, type: 'private', first_name: 'A' }, from, text }
      const at = performance.now()
      const replied = botApi.nextReplyTo(chat).then(() => measured.replyMs.push(performance.now() - at))
      await post(urls[id % urls.length], agent, JSON.stringify({ update_id: id, message }))
      measured.answerMs.push(performance.now() - at)
      await replied
    },
    end(): Measured {
      agent.destroy()
      measured.updatesPerSecond = measured.replyMs.length / ((performance.now() - startedAt) / 1_000)
      measured.messagesPerUpdate = (botApi.calls() - callsBefore) / measured.replyMs.length
      return measured
    },
  }
}

function post(url: URL | undefined, agent: http.Agent, body: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'x-telegram-bot-api-secret-token': SECRET,
    }
    const request = http.request(url ?? '', { method: 'POST', agent, headers }, (response) => {
      response.resume()
      response.once('end', () =>
        response.statusCode === 200 ? resolve() : reject(new Error(`answered ${response.statusCode}`)),
      )
    })
    request.once('error', reject)
    request.end(body)
  })
}
