/** Shows one chat. Everything that people and the product wrote becomes text nodes, never HTML. */

const TIME = new Intl.DateTimeFormat('vi', { hour: '2-digit', minute: '2-digit', timeZone: 'Asia/Ho_Chi_Minh' })

export function element(name, fields = {}, children = []) {
  const made = document.createElement(name)
  for (const [key, value] of Object.entries(fields)) {
    if (key.startsWith('data-') || key === 'role') made.setAttribute(key, value)
    else made[key] = value
  }
  made.append(...children)
  return made
}

/** `act` gets what a tapped button does. */
export function entryOf(entry, act) {
  const bubble = element('div', { className: 'bubble' }, [...contentOf(entry)])
  if (entry.from !== 'system') bubble.append(element('time', { textContent: TIME.format(new Date(entry.at)) }))
  const shown = element('article', { className: `entry ${entry.from}` }, [bubble])
  const buttons = inlineButtonsOf(entry, act)
  if (buttons.length > 0) shown.append(element('div', { className: 'buttons' }, buttons))
  return shown
}

/** The buttons that stand in the place of the phone's keyboard, for as long as the newest message shows them. */
export function keyboardOf(entries, act) {
  const entry = entries.findLast(({ from }) => from === 'bot')
  if (!entry || entry.asksPhone === null) return []
  const phone = button(entry.asksPhone, () => act({ act: 'phone' }))
  return [phone, ...entry.buttons.map(({ label }, place) => button(label, () => act(tapOf(entry, place))))]
}

function* contentOf(entry) {
  if (entry.file) yield fileOf(entry.file)
  if (entry.template) yield templateOf(entry.template)
  else if (entry.asksContact) yield 'Zalo: chia sẻ họ tên và số điện thoại với Official Account'
  else if (entry.text) yield element('span', { textContent: entry.text })
}

function inlineButtonsOf(entry, act) {
  if (entry.asksContact) return [button('Chia sẻ thông tin', () => act({ act: 'phone' }))]
  if (entry.asksPhone !== null) return []
  return entry.buttons.map(({ label }, place) => button(label, () => act(tapOf(entry, place))))
}

function tapOf(entry, place) {
  return { act: 'tap', entry: entry.id, button: place }
}

function fileOf({ id, name, type, bytes }) {
  const href = `/files/${encodeURIComponent(id)}`
  if (type.startsWith('image/')) return element('img', { src: href, alt: name })
  return element('a', { href, textContent: `${name} (${Math.ceil(bytes / 1024)} KB)` })
}

function templateOf({ name, values }) {
  const rows = Object.entries(values).flatMap(([key, value]) => [
    element('dt', { textContent: key }),
    element('dd', { textContent: String(value) }),
  ])
  const title = element('strong', { textContent: `Mẫu ZBS: ${name}` })
  return element('div', { className: 'card' }, [title, element('dl', {}, rows)])
}

function button(label, onclick) {
  return element('button', { type: 'button', textContent: label, onclick })
}
