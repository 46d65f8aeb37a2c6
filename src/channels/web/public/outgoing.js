/**
 * What the person said and the server has not taken yet, in order, kept over a reload. Each keeps its id, so that one
 * which was taken although the answer got lost is not taken twice.
 */
const PAUSE_MS = 1_000
const PAUSE_AT_MOST_MS = 15_000
const PATIENCE_MS = 20_000

export function createOutgoing({ storage, key, language, onChange, onGone }) {
  // A file is too large to be kept; it lives as long as the page.
  let waiting = read()
  let isSending = false
  let pauseMs = PAUSE_MS
  let timer

  function read() {
    try {
      const kept = JSON.parse(storage.getItem(key) ?? '[]')
      return Array.isArray(kept) ? kept.filter((item) => typeof item?.id === 'string') : []
    } catch {
      return []
    }
  }

  function keep() {
    try {
      storage.setItem(key, JSON.stringify(waiting.filter((item) => item.file === undefined)))
    } catch {
      // A full or forbidden store costs only the memory over a reload.
    }
  }

  async function sendNext() {
    clearTimeout(timer)
    const item = waiting.find((candidate) => candidate.failure === undefined)
    if (isSending || item === undefined) return
    isSending = true
    const outcome = await post(item)
    isSending = false
    if (outcome === 'gone') return onGone()
    if (outcome === 'later') {
      timer = setTimeout(sendNext, pauseMs)
      pauseMs = Math.min(pauseMs * 2, PAUSE_AT_MOST_MS)
      return
    }
    pauseMs = PAUSE_MS
    if (outcome === 'taken') waiting = waiting.filter((candidate) => candidate !== item)
    else item.failure = outcome.failure
    keep()
    onChange(item, outcome === 'taken' ? 'taken' : 'failed')
    void sendNext()
  }

  async function post(item) {
    try {
      const answer = await fetch(...callOf(item))
      if (answer.ok) return 'taken'
      if (answer.status === 401) return 'gone'
      if (answer.status === 429 || answer.status >= 500) return 'later'
      const problem = await answer.json().catch(() => null)
      return { failure: typeof problem?.detail === 'string' ? problem.detail : '' }
    } catch {
      return 'later'
    }
  }

  function callOf({ id, text, action, start, file }) {
    const signal = AbortSignal.timeout(file === undefined ? PATIENCE_MS : PATIENCE_MS * 6)
    const common = { method: 'POST', signal, credentials: 'same-origin' }
    if (file !== undefined) {
      const headers = { 'content-type': file.type || 'application/octet-stream', 'accept-language': language() }
      const query = new URLSearchParams({ id, name: file.name ?? '' })
      return [`/api/v1/chat/files?${query}`, { ...common, headers, body: file }]
    }
    const headers = { 'content-type': 'application/json', 'accept-language': language() }
    return ['/api/v1/chat/messages', { ...common, headers, body: JSON.stringify({ id, text, action, start }) }]
  }

  addEventListener('online', () => void sendNext())
  return {
    list: () => waiting,
    add(item) {
      waiting.push(item)
      keep()
      void sendNext()
    },
    again(item) {
      delete item.failure
      keep()
      void sendNext()
    },
    /** The talk shows it, so the server has it: its answer may have got lost. */
    confirm(id) {
      waiting = waiting.filter((item) => item.id !== id)
      keep()
    },
    clear() {
      waiting = []
      keep()
    },
    resume: () => void sendNext(),
  }
}

export function newId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
