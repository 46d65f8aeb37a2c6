import { element, entryOf, keyboardOf } from './show-chat.js'

const NAMES = { telegram: 'Telegram', zalo: 'Zalo OA' }
const PRESENCE = { telegram: ['Chặn bot', 'Bỏ chặn'], zalo: ['Bỏ quan tâm', 'Quan tâm'] }
const CLOCK = new Intl.DateTimeFormat('vi', { dateStyle: 'full', timeStyle: 'short', timeZone: 'Asia/Ho_Chi_Minh' })
const TIME = new Intl.DateTimeFormat('vi', { timeStyle: 'medium', timeZone: 'Asia/Ho_Chi_Minh' })
const FILE_MAX_BYTES = 20 * 1024 * 1024
const ARROWS = { out: '→', in: '←', set: '⚑' }

const byId = (id) => document.getElementById(id)
let state = null
const phones = { telegram: createPhone('telegram'), zalo: createPhone('zalo') }

async function call(path, body) {
  const answer = await fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  }).catch(() => null)
  if (answer?.ok) return true
  const told = await answer?.json().catch(() => null)
  complain(told?.error ?? 'Không gọi được máy chủ của trang này.')
  return false
}

let complaint
function complain(text) {
  byId('problem').textContent = text
  byId('problem').hidden = false
  clearTimeout(complaint)
  complaint = setTimeout(() => {
    byId('problem').hidden = true
  }, 5_000)
}

function createPhone(channel) {
  const root = byId(channel)
  root.append(byId('phone').content.cloneNode(true))
  const find = (selector) => root.querySelector(selector)
  const chosen = find('.people')
  const talk = find('.talk')
  const input = find('textarea')
  find('.channel').textContent = NAMES[channel]
  const act = (what) => call('/api/act', { channel, person: chosen.value, do: what })
  let shown = ''
  const toNewest = () => {
    talk.scrollTop = talk.scrollHeight
  }
  // A picture has no height before it is there.
  talk.addEventListener('load', toNewest, true)

  async function say(text) {
    if (text.trim() !== '' && (await act({ act: 'say', text })) && input.value === text) input.value = ''
  }

  chosen.onchange = () => {
    shown = ''
    show()
  }
  find('form').onsubmit = (event) => {
    event.preventDefault()
    void say(input.value)
  }
  input.onkeydown = (event) => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
    event.preventDefault()
    void say(input.value)
  }
  find('input[type=file]').onchange = async ({ target }) => {
    const [file] = target.files
    if (!file) return
    if (file.size > FILE_MAX_BYTES) complain('Tệp lớn hơn 20 MB.')
    else {
      const sent = {
        act: 'file',
        name: file.name,
        type: file.type,
        base64: await base64Of(file),
        caption: input.value.trim(),
      }
      if (await act(sent)) input.value = ''
    }
    target.value = ''
  }
  find('.tools').onclick = ({ target }) => {
    const { say: words, act: deed, office } = target.dataset
    if (words) void say(words)
    else if (deed) void act({ act: deed })
    else if (office !== undefined) {
      const text = prompt('Cán bộ viết trong hộp thư OA của Zalo (bot sẽ im lặng):')
      if (text) void act({ act: 'office', text })
    }
  }
  find('.presence').onclick = () => void act({ act: personNow()?.isHere ? 'leave' : 'arrive' })

  const side = () => state?.sides.find(({ id }) => id === channel)
  const personNow = () => side()?.people.find(({ id }) => id === chosen.value)

  function show() {
    const { people } = side()
    if (chosen.options.length === 0) chosen.append(...people.map(({ id, name }) => new Option(name, id)))
    for (const option of chosen.options) {
      const person = people.find(({ id }) => id === option.value)
      const count = person.entries.filter(({ from }) => from === 'bot').length
      option.textContent = count === 0 ? person.name : `${person.name} · ${count}`
    }
    const person = personNow()
    const isGone = channel === 'telegram' && !person.isHere
    find('.presence').textContent = PRESENCE[channel][person.isHere ? 0 : 1]
    for (const field of root.querySelectorAll('form button, .tools button, textarea, input')) field.disabled = isGone
    const mark = `${person.id} ${person.entries.at(-1)?.id ?? 0}`
    if (mark === shown) return
    shown = mark
    const entries = person.entries.map((entry) => entryOf(entry, act))
    const nothing = element('p', {
      className: 'nothing',
      textContent: `Chưa có tin nhắn. Hãy viết thay ${person.name}.`,
    })
    talk.replaceChildren(...(entries.length > 0 ? entries : [nothing]))
    const keys = channel === 'telegram' ? keyboardOf(person.entries, act) : []
    find('.keyboard').replaceChildren(...keys)
    find('.keyboard').hidden = keys.length === 0
    toNewest()
  }
  return { show }
}

async function base64Of(file) {
  const address = await new Promise((resolve, reject) => {
    const reader = new FileReader()
    reader.onload = () => resolve(String(reader.result))
    reader.onerror = () => reject(reader.error)
    reader.readAsDataURL(file)
  })
  return address.slice(address.indexOf(',') + 1)
}

function showSwitches() {
  const channel = byId('fault-channel').value
  const side = state.sides.find(({ id }) => id === channel)
  const buttons = side.faults.map(({ id, label, kind }) =>
    element('button', { type: 'button', textContent: label, 'data-fault': id, 'data-kind': kind }),
  )
  byId('faults').replaceChildren(...buttons)
  const everybody = new Option('mọi người', '')
  byId('fault-person').replaceChildren(everybody, ...side.people.map(({ id, name }) => new Option(name, id)))
}

function showLog() {
  const lines = state.log.map(({ at, channel, direction, what, outcome, isGood }) =>
    element('li', { className: `${isGood ? '' : 'bad'} ${direction === 'set' ? 'set' : ''}` }, [
      element('time', { textContent: TIME.format(new Date(at)) }),
      element('span', { className: 'what', textContent: `${ARROWS[direction]} ${channel} ${what}` }),
      element('span', { className: 'outcome', textContent: outcome }),
    ]),
  )
  byId('log').replaceChildren(...lines.reverse())
}

function showProduct() {
  const { product, now, clockOffsetSeconds } = state
  byId('product').textContent = product ? 'đang chạy' : 'đang khởi động…'
  for (const [id, path] of [
    ['console', '/console'],
    ['chat', '/chat'],
  ]) {
    byId(id).hidden = !product
    // Cookies belong to a name: the one that people type.
    if (product) byId(id).href = product.replace('127.0.0.1', 'localhost') + path
  }
  const moved = clockOffsetSeconds === 0 ? '' : ` (đi trước ${(clockOffsetSeconds / 3_600).toLocaleString('vi')} giờ)`
  byId('now').textContent = CLOCK.format(new Date(now)) + moved
}

byId('fault-channel').onchange = showSwitches
byId('faults').onclick = ({ target }) => {
  const { fault } = target.dataset
  if (!fault) return
  const times = byId('fault-times').value
  const channel = byId('fault-channel').value
  void call('/api/faults', {
    channel,
    fault,
    times: times === '' ? null : Number(times),
    person: byId('fault-person').value || null,
  })
}
byId('mend').onclick = () => void call('/api/mend', { channel: byId('fault-channel').value })
byId('clock').onclick = async ({ target }) => {
  const seconds = Number(target.dataset.seconds)
  if (!seconds) return
  for (const one of byId('clock').children) one.disabled = true
  await call('/api/clock', { seconds })
  for (const one of byId('clock').children) one.disabled = false
}

function showPane(name) {
  document.body.dataset.pane = name
  for (const tab of document.querySelectorAll('nav button')) {
    tab.setAttribute('aria-pressed', String(tab.dataset.show === name))
  }
}
document.querySelector('nav').onclick = ({ target }) => {
  if (target.dataset.show) showPane(target.dataset.show)
}
showPane('telegram')

const stream = new EventSource('/api/stream')
stream.onmessage = ({ data }) => {
  const isFirst = state === null
  state = JSON.parse(data)
  showProduct()
  for (const phone of Object.values(phones)) phone.show()
  if (isFirst) showSwitches()
  showLog()
}
stream.onerror = () => {
  byId('product').textContent = 'trang này mất liên lạc với máy chủ'
}
