// Comfort on the page of a ticket, which works without it: what is new comes by itself, what is typed is not lost.

const live = document.querySelector('#live')
const { number, shown } = live.dataset
const PREFIX = 'cau-noi-draft:'
const SENT = 'cau-noi-sent'

const storage = {
  get: (key) => {
    try {
      return sessionStorage.getItem(key)
    } catch {
      return null
    }
  },
  set: (key, value) => {
    try {
      if (value === '') sessionStorage.removeItem(key)
      else sessionStorage.setItem(key, value)
    } catch {
      // Full or forbidden: then nothing is kept.
    }
  },
}

// ---- what is typed ----

const forms = [...document.querySelectorAll('form[id^="form-"]')]
const fieldsOf = (form) => [...form.querySelectorAll('textarea')]
const keyOf = (form, field) => `${PREFIX}${number}:${form.id}:${field.name}`

for (const form of forms) {
  for (const field of fieldsOf(form)) {
    const key = keyOf(form, field)
    const draft = storage.get(key)
    // What the server gives back, or a template that was asked for, is newer.
    if (draft !== null && field.value === '') giveBack(field, draft, key)
    field.addEventListener('input', () => {
      storage.set(key, field.value)
      count(field)
    })
    count(field)
  }
}

function giveBack(field, draft, key) {
  field.value = draft
  const fold = field.closest('details')
  if (fold !== null) fold.open = true
  const words = document.querySelector('#draft-words').content.cloneNode(true)
  const note = words.querySelector('p')
  words.querySelector('button').addEventListener('click', () => {
    field.value = ''
    storage.set(key, '')
    note.remove()
    count(field)
    field.focus()
  })
  field.after(words)
}

/** How long the words are, once that begins to matter. */
function count(field) {
  const most = Number(field.dataset.most)
  if (!most) return
  let words = field.parentElement.querySelector('.length')
  if (words === null) {
    words = document.createElement('p')
    words.className = 'length small quiet'
    field.after(words)
  }
  const { length } = field.value.trim()
  words.textContent = length > most / 2 ? `${length} / ${most}` : ''
  words.classList.toggle('over', length > most)
}

// The next page that says it was done lets go of the drafts of this form.
document.addEventListener('submit', (event) => {
  if (forms.includes(event.target)) storage.set(SENT, `${PREFIX}${number}:${event.target.id}:`)
})

// Without a line the browser would show an error page in place of this one.
const offline = document.querySelector('#offline')
document.addEventListener(
  'submit',
  (event) => {
    if (navigator.onLine) return
    event.preventDefault()
    event.stopPropagation()
    offline.hidden = false
    offline.scrollIntoView({ block: 'center' })
  },
  true,
)
window.addEventListener('online', () => {
  offline.hidden = true
})

// ---- templates ----

document.addEventListener('click', (event) => {
  const link = event.target instanceof Element ? event.target.closest('[data-template]') : null
  const reply = document.querySelector('#reply-text')
  if (link === null || reply === null) return
  event.preventDefault()
  const { selectionStart: at, value } = reply
  const before = value.slice(0, at)
  const gap = before === '' || before.endsWith('\n') ? '' : '\n'
  reply.setRangeText(gap + link.dataset.template, at, reply.selectionEnd, 'end')
  reply.dispatchEvent(new Event('input'))
  const told = document.querySelector('#template-inserted')
  told.textContent = told.dataset.words
  reply.focus()
})

// ---- what happens meanwhile ----

let stream = null
let isBehind = Number(shown)
const open = () => {
  if (stream !== null || document.hidden) return
  const news = document.querySelector('#news')
  const last = /shown=(\d+)/.exec(news?.getAttribute('hx-get') ?? '')?.[1] ?? isBehind
  stream = new EventSource(`/console/tickets/${number}/stream?shown=${last}`)
  stream.addEventListener('news', (event) => {
    isBehind = JSON.parse(event.data).seq
    document.querySelector('#news')?.dispatchEvent(new CustomEvent('news'))
  })
  stream.addEventListener('lookers', (event) => {
    document.querySelector('#lookers').textContent = JSON.parse(event.data).words
  })
}
// A page that nobody looks at gives its line back: browsers have few, and it would say that somebody looks.
const close = () => {
  stream?.close()
  stream = null
}
document.addEventListener('visibilitychange', () => (document.hidden ? close() : open()))
window.addEventListener('pagehide', close)
window.addEventListener('pageshow', open)
open()
