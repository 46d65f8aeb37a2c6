// Comfort for the form of a policy message: lengths while it is typed, and what it looks like and whom it reaches. The form
// works without this file: there is a button that looks.

const form = document.getElementById('draft')
const link = document.getElementById('link')
const look = document.getElementById('look')

// As channels count: composed letters, the link on a line of its own.
const lengthOf = (text) => {
  const length = [...text.trim().normalize('NFC')].length
  const address = link.value.trim()
  return length === 0 || address === '' ? length : length + address.length + 2
}
const figures = new Intl.NumberFormat('vi-VN')

const measure = () => {
  for (const language of ['vi', 'en']) {
    const length = lengthOf(document.getElementById(language).value)
    for (const line of document.querySelectorAll(`#lengths-${language} li`)) {
      const most = Number(line.dataset.most)
      const words = line.querySelector('span')
      words.textContent = words.textContent.replace(/^[\d.]+/, figures.format(length))
      line.classList.toggle('over', length > most)
      line.querySelector('strong').hidden = length <= most
    }
  }
}

const PAUSE_MS = 900
let timer
let asked = 0

// The newest answer counts; what cannot be read yet leaves the last picture as it is.
const ask = async () => {
  const number = ++asked
  const fields = new URLSearchParams()
  for (const [name, value] of new FormData(form)) if (typeof value === 'string') fields.append(name, value)
  look.setAttribute('aria-busy', 'true')
  try {
    const answer = await fetch(look.dataset.look, { method: 'POST', body: fields, headers: { accept: 'text/html' } })
    const page = answer.ok ? await answer.text() : null
    if (number === asked && page !== null) look.innerHTML = page
  } catch {
    // No connection: the button says so.
  }
  if (number === asked) look.removeAttribute('aria-busy')
}

form.addEventListener('input', () => {
  measure()
  clearTimeout(timer)
  timer = setTimeout(ask, PAUSE_MS)
})
measure()
