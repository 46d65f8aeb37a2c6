// Shortcuts for what officers do all day. Comfort only: each of them presses something that is on the page.
// They rest while somebody types, with any modifier key, and when they are switched off on this computer.

const OFF = 'cau-noi-keys-off'
const dialog = document.querySelector('#keys')
const use = document.querySelector('[data-keys-use]')

const isOff = () => {
  try {
    return localStorage.getItem(OFF) === 'yes'
  } catch {
    return false
  }
}
use.checked = !isOff()
use.addEventListener('change', () => {
  try {
    if (use.checked) localStorage.removeItem(OFF)
    else localStorage.setItem(OFF, 'yes')
  } catch {
    // Without storage they stay on.
  }
})
const help = document.querySelector('[data-keys-help]')
help.hidden = false
help.addEventListener('click', () => dialog.showModal())

const isTyping = (target) =>
  target instanceof Element && target.closest('input, textarea, select, [contenteditable]') !== null

const rows = () => [...document.querySelectorAll('[data-row]')].filter((row) => row.checkVisibility())
const step = (by) => {
  const all = rows()
  if (all.length === 0) return
  const at = all.indexOf(document.activeElement)
  const next = at === -1 ? (by > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + by))
  all[next].focus()
  all[next].scrollIntoView({ block: 'nearest' })
}
/** Goes to a form, unfolding what hides it. */
const goTo = (selector) => {
  const field = document.querySelector(selector)
  if (field === null) return false
  const fold = field.closest('details')
  if (fold !== null) fold.open = true
  field.focus()
  field.scrollIntoView({ block: 'center' })
  return true
}

const acts = {
  j: () => step(1),
  k: () => step(-1),
  r: () => goTo('#reply-text'),
  n: () => goTo('#note-text'),
  a: () => goTo('#form-ask input[name="paper"]') || goTo('#ask-papers'),
  c: () => document.querySelector('#form-claim')?.requestSubmit(),
  w: () => document.querySelector('a[href="/console/my-work"]')?.click(),
  '/': () => goTo('input[type="search"]') || document.querySelector('.brand')?.click(),
  '?': () => dialog.showModal(),
}

document.addEventListener('keydown', (event) => {
  if (event.defaultPrevented || event.isComposing || event.repeat) return
  if (event.ctrlKey || event.altKey || event.metaKey || isTyping(event.target) || dialog.open || isOff()) return
  const act = acts[event.key]
  if (act === undefined) return
  event.preventDefault()
  act()
})
