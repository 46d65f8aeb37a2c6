/** The stream of what the server has for us. The browser connects again by itself; this notices when it gave up. */
const SILENCE_MS = 40_000
const AGAIN_MS = 3_000
const REPLACED_MS = 20_000

export function openStream({ onMessage, onReady, onLanguage, onLine, onGone }) {
  let source
  let place = null
  let heardAt = Date.now()
  let timer
  let isWaiting = false

  function connect() {
    clearTimeout(timer)
    isWaiting = false
    source?.close()
    const query = place === null ? '' : `?${new URLSearchParams({ after: place })}`
    source = new EventSource(`/api/v1/chat/stream${query}`)
    heardAt = Date.now()
    source.addEventListener('open', heard)
    source.addEventListener('beat', heard)
    source.addEventListener('message', (event) => {
      heard()
      if (event.lastEventId !== '') place = event.lastEventId
      onMessage(JSON.parse(event.data))
    })
    source.addEventListener('ready', (event) => {
      heard()
      onReady(JSON.parse(event.data))
    })
    source.addEventListener('replaced', () => {
      heard()
      source.close()
      // Too many pages are open. One that somebody looks at comes back in a while, a hidden one when it is looked at.
      if (document.visibilityState === 'visible') timer = setTimeout(connect, REPLACED_MS * (0.75 + Math.random() / 2))
      else isWaiting = true
    })
    source.addEventListener('language', (event) => onLanguage(JSON.parse(event.data).language))
    source.addEventListener('error', () => {
      onLine(false)
      if (source.readyState === EventSource.CLOSED) void retry()
    })
  }

  /** The stream was refused outright: a new cookie is needed, or the server is busy. */
  async function retry() {
    clearTimeout(timer)
    const isGone = await fetch('/api/v1/chat/attachments/none', { credentials: 'same-origin' })
      .then((answer) => answer.status === 401)
      .catch(() => false)
    if (isGone) onGone()
    else timer = setTimeout(connect, AGAIN_MS)
  }

  function heard() {
    heardAt = Date.now()
    onLine(true)
  }

  // A line that died without a word: phones change from one mast to the next.
  setInterval(() => {
    if (!isWaiting && Date.now() - heardAt > SILENCE_MS) connect()
  }, 5_000)
  addEventListener('online', connect)
  addEventListener('offline', () => onLine(false))
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible' && source.readyState !== EventSource.OPEN) connect()
  })
  connect()
}
