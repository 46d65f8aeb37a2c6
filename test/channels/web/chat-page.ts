import type { ShownMessage } from '../../../src/channels/web/talk.ts'

/** What a browser does with the stream of the web chat. */
export interface OpenChatPage extends AsyncDisposable {
  readonly messages: ShownMessage[]
  /** Where a browser would go on after a cut line. */
  readonly place: string
  /** Resolves once everything said so far is on the page. */
  ready: Promise<{ empty: boolean }>
  /** Told to make room for a newer page. */
  readonly isReplaced: boolean
  /** Resolves once the server closed the stream, or the page was left. */
  ended: Promise<void>
  /** Resolves once so many messages are on the page. */
  until(count: number): Promise<void>
}

export function openPage(root: string, { cookie, place }: { cookie: string; place?: string }): OpenChatPage {
  const messages: ShownMessage[] = []
  const leaving = new AbortController()
  const ready = Promise.withResolvers<{ empty: boolean }>()
  const waiting: { count: number; resolve(): void }[] = []
  let at = place ?? ''
  let isReplaced = false

  async function read(): Promise<void> {
    const headers = { cookie, ...(place === undefined ? {} : { 'last-event-id': place }) }
    const answer = await fetch(`${root}/api/v1/chat/stream`, { headers, signal: leaving.signal })
    if (answer.body === null || !answer.ok) throw new Error(`The stream was refused with ${answer.status}`)
    let text = ''
    for await (const chunk of answer.body.pipeThrough(new TextDecoderStream())) {
      const blocks = (text + chunk).split('\n\n')
      text = blocks.pop() ?? ''
      for (const block of blocks) take(Object.fromEntries(block.split('\n').map((line) => line.split(/: (.*)/s))))
    }
  }

  function take({ event, data, id }: Record<string, string>): void {
    if (event === 'ready') ready.resolve(JSON.parse(data ?? ''))
    if (event === 'replaced') isReplaced = true
    if (event !== 'message') return
    at = id ?? at
    messages.push(JSON.parse(data ?? ''))
    for (const one of waiting) if (messages.length >= one.count) one.resolve()
  }

  const done = read().catch((error: unknown) => {
    if (!leaving.signal.aborted) ready.reject(error)
  })
  return {
    messages,
    get place() {
      return at
    },
    get isReplaced() {
      return isReplaced
    },
    ended: done,
    ready: ready.promise,
    until(count) {
      return new Promise((resolve) => {
        if (messages.length >= count) resolve()
        else waiting.push({ count, resolve })
      })
    },
    async [Symbol.asyncDispose]() {
      leaving.abort()
      await done
    },
  }
}
