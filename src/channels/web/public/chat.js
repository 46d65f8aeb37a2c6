import { openStream } from './incoming.js'
import { watchKiosk } from './kiosk.js'
import { createOutgoing, newId } from './outgoing.js'
import { FILE_MAX_BYTES, prepareFile } from './picture.js'
import { createView } from './view.js'

const BANNER_AFTER_MS = 1_500
const BACK_FOR_MS = 2_500

const at = (id) => document.getElementById(id)
const texts = JSON.parse(document.body.dataset.texts)
const isKiosk = document.body.dataset.kiosk === '1'
// On a shared screen nothing may outlive the window.
const storage = isKiosk ? sessionStorage : localStorage
let language = document.documentElement.lang

const say = (key) => texts[language]?.[key] ?? texts.vi[key] ?? ''
const words = at('words')
const banner = at('banner')

const view = createView({
  list: at('talk'),
  scroller: at('scroll'),
  toEnd: at('to-end'),
  say,
  onAction: ({ id, label }) => send({ action: id, label }),
  onAgain: (item) => outgoing.again(item),
})

const outgoing = createOutgoing({
  storage,
  key: 'cau-noi-unsent',
  language: () => language,
  onChange: (item, state) => view.markOwn(item, state),
  onGone: startAnew,
})

function send(item) {
  const whole = { id: newId(), ...item }
  view.showOwn(whole)
  outgoing.add(whole)
}

at('compose').addEventListener('submit', (event) => {
  event.preventDefault()
  const text = words.value.trim()
  if (text === '') return words.focus()
  words.value = ''
  grow()
  send({ text })
  words.focus()
})

words.addEventListener('keydown', (event) => {
  // While a Vietnamese keyboard composes a letter, Enter belongs to the keyboard.
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
  event.preventDefault()
  at('compose').requestSubmit()
})
words.addEventListener('input', () => {
  grow()
  if (words.value.length >= words.maxLength) showBanner(say('tooLong'), 'passing')
})

function grow() {
  words.style.height = 'auto'
  words.style.height = `${words.scrollHeight + 4}px`
}

at('file').addEventListener('change', async () => {
  const [chosen] = at('file').files
  if (chosen === undefined) return
  const file = await prepareFile(chosen)
  at('file').value = ''
  if (file.size > FILE_MAX_BYTES) return showBanner(say('fileTooLarge'), 'passing')
  const preview = file.type.startsWith('image/') ? URL.createObjectURL(file) : undefined
  send({ file, preview, ...(preview === undefined ? { label: file.name } : {}) })
})

openStream({
  onMessage(message) {
    if (message.client_id !== null) outgoing.confirm(message.client_id)
    view.showMessage(message)
  },
  onReady({ empty }) {
    // What was said before is not read out again.
    at('log').ariaLive = 'polite'
    for (const item of outgoing.list()) {
      if (item.start === undefined && !view.hasOwn(item.id)) view.showOwn(item)
    }
    if (empty && !outgoing.list().some(({ start }) => start)) outgoing.add({ id: startId(), start: true })
    outgoing.resume()
  },
  onLanguage(next) {
    if (next === null || next === language || texts[next] === undefined) return
    language = next
    document.documentElement.lang = next
    for (const part of document.querySelectorAll('[data-text]')) part.textContent = say(part.dataset.text)
    for (const part of document.querySelectorAll('[data-label]')) part.ariaLabel = say(part.dataset.label)
    for (const part of document.querySelectorAll('[data-placeholder]')) part.placeholder = say(part.dataset.placeholder)
  },
  onLine: showLine,
  onGone: startAnew,
})

/** One talk is opened once, however often the page is loaded before the first answer is there. */
function startId() {
  const talk = storage.getItem('cau-noi-start') ?? newId()
  storage.setItem('cau-noi-start', talk)
  // A talk that was forgotten after a day begins anew.
  return `start-${talk}-${new Date().toISOString().slice(0, 10)}`
}

let lineTimer
let isOff = false

function showLine(isOn) {
  if (isOn) {
    clearTimeout(lineTimer)
    lineTimer = undefined
    if (isOff) showBanner(say('back'), 'good')
    isOff = false
    return
  }
  lineTimer ??= setTimeout(() => {
    isOff = true
    showBanner(say('offline'))
  }, BANNER_AFTER_MS)
}

let bannerTimer

function showBanner(text, kind = '') {
  clearTimeout(bannerTimer)
  banner.textContent = text
  banner.className = `banner ${kind}`
  banner.hidden = false
  if (kind !== '')
    bannerTimer = setTimeout(() => (banner.hidden = true), kind === 'good' ? BACK_FOR_MS : BACK_FOR_MS * 3)
}

const dialog = at('ask')

/** `done` gets `yes`, `no`, or nothing when the question was left with Escape. A question still open is replaced. */
function ask(question, yes, no, done) {
  at('ask-text').textContent = say(question)
  at('ask-yes').textContent = say(yes)
  at('ask-no').textContent = say(no)
  dialog.returnValue = ''
  dialog.onclose = () => done(dialog.returnValue)
  if (!dialog.open) dialog.showModal()
}
at('ask-yes').addEventListener('click', () => dialog.close('yes'))
at('ask-no').addEventListener('click', () => dialog.close('no'))

watchKiosk({ isKiosk, button: at('end'), ask, onEnd: endTalk })

async function endTalk() {
  view.clear()
  const hasEnded = await fetch('/api/v1/chat/end', { method: 'POST', credentials: 'same-origin' })
    .then((answer) => answer.ok || answer.status === 401)
    .catch(() => false)
  // The next person must not meet this talk, so a line that is down is waited for.
  if (hasEnded) startAnew()
  else setTimeout(endTalk, 2_000)
}

/** The talk of this cookie is over or unknown; the page gets a new one. */
function startAnew() {
  outgoing.clear()
  storage.removeItem('cau-noi-start')
  location.reload()
}
