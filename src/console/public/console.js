// Comfort only: every page works without this file.

// A form leaves once, however often its button is pressed.
document.addEventListener('submit', (event) => {
  const form = event.target
  if (form.dataset.sent === 'yes') {
    event.preventDefault()
    return
  }
  if (form.method === 'post') {
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
