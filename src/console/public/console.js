// Comfort only: every page works without this file.

// A form leaves once, however often its button is pressed.
document.addEventListener('submit', (event) => {
  const form = event.target
  if (form.dataset.sent === 'yes') {
    event.preventDefault()
    return
  }
  // A form that changes nothing may be sent as often as one likes.
  if (form.method === 'post' && form.dataset.again === undefined) {
    form.dataset.sent = 'yes'
    event.submitter?.setAttribute('aria-busy', 'true')
  }
})

// Coming back by the browser's history shows the form as it was, so it may leave again.
window.addEventListener('pageshow', () => {
  for (const form of document.querySelectorAll('form[data-sent]')) {
    delete form.dataset.sent
    for (const button of form.querySelectorAll('[aria-busy]')) button.removeAttribute('aria-busy')
  }
})

// "Seen": what is typed goes out on top of what has just come in.
document.addEventListener('click', (event) => {
  const button = event.target instanceof Element ? event.target.closest('[data-seen]') : null
  if (button === null) return
  for (const input of document.querySelectorAll('input[name="seen"]')) input.value = button.dataset.seen
  button.closest('.notice').remove()
})

// The newest words are the ones to read first.
const showNewest = () => {
  const talk = document.querySelector('.talk')
  if (talk !== null) talk.scrollTop = talk.scrollHeight
}
showNewest()
document.addEventListener('htmx:after:swap', showNewest)

// Printing by a button, where the browser's own command is hard to find.
for (const button of document.querySelectorAll('[data-print]')) {
  button.hidden = false
  button.addEventListener('click', () => window.print())
}

// Words that went out need no draft any more, and whoever signs out leaves none to the next one at this computer.
const forgetDrafts = (beginning) => {
  try {
    for (const key of Object.keys(sessionStorage)) if (key.startsWith(beginning)) sessionStorage.removeItem(key)
  } catch {
    // Without storage there are none.
  }
}
const sentDrafts = () => {
  try {
    const sent = sessionStorage.getItem('cau-noi-sent')
    sessionStorage.removeItem('cau-noi-sent')
    return sent
  } catch {
    return null
  }
}
const sent = sentDrafts()
if (sent !== null && new URLSearchParams(location.search).has('done')) forgetDrafts(sent)
document
  .querySelector('form[action="/console/sign-out"]')
  ?.addEventListener('submit', () => forgetDrafts('cau-noi-draft:'))

// On a phone the menu is longer than its line: the page that is open stands in the middle of it.
const currentEntry = document.querySelector('.menu-entry[aria-current]')
if (currentEntry !== null) {
  const menu = currentEntry.parentElement
  menu.scrollLeft = currentEntry.offsetLeft - (menu.clientWidth - currentEntry.offsetWidth) / 2
}
