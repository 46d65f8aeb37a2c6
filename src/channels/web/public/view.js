/** What the talk looks like. Words of people and officers go in as text, never as markup. */
const LINKS = /(https?:\/\/[^\s<>"]+[^\s<>".,;:!?)\]])|((?<![\d.,])(?:\+84|0|1[89]00)[\d .]{6,12}\d(?![\d.,]*\d))/g

/** How the talk keeps that a file came without words. */
const FILE_MARK = /^\[(photo|document|voice|video|sticker)\]$/

/** Messages of one answer leave together. */
const ONE_ANSWER_MS = 2_000

export function createView({ list, scroller, toEnd, say, onAction, onAgain }) {
  const lines = new Map()
  const pending = new Map()
  const times = new Intl.DateTimeFormat('vi-VN', {
    hour: '2-digit',
    minute: '2-digit',
    timeZone: 'Asia/Ho_Chi_Minh',
  })
  const days = new Intl.DateTimeFormat('vi-VN', {
    day: '2-digit',
    month: '2-digit',
    timeZone: 'Asia/Ho_Chi_Minh',
  })
  let waitLine = null

  function showMessage(message) {
    if (lines.has(message.id)) return
    const isAtEnd = nearEnd() || isAnchored
    const own = ownLineOf(message)
    if (own !== undefined) {
      // It stays as the person saw it leave, with its picture; only the time is now known.
      own.classList.remove('unsent', 'failed')
      own.querySelector('.meta').textContent = time(message.at)
      lines.set(message.id, own)
      return
    }
    const line = element('li', `line ${message.author}`)
    line.dataset.author = message.author
    line.dataset.at = message.at
    const previous = waitLine === null ? list.lastElementChild : waitLine.previousElementSibling
    if (message.author !== 'citizen' && previous?.dataset.author !== message.author) {
      line.append(element('p', 'who', message.author === 'officer' ? say('officer') : say('bot')))
    }
    const bubble = element('div', 'bubble')
    for (const attachment of message.attachments) bubble.append(picture(attachment))
    const words = element('div', 'words')
    words.append(...linked(FILE_MARK.test(message.text) ? say('fileSent') : message.text))
    bubble.append(words)
    line.append(bubble)
    if (message.actions.length > 0) line.append(buttons(message.actions))
    line.append(element('span', 'meta', time(message.at)))
    lines.set(message.id, line)
    if (message.author !== 'citizen') hideWait()
    list.append(line)
    ageButtons()
    follow(line, isAtEnd)
  }

  /** What the person just said, before the server has it. */
  function showOwn(item) {
    const line = element('li', 'line citizen unsent')
    line.dataset.author = 'citizen'
    const bubble = element('div', 'bubble')
    if (item.preview !== undefined) {
      const image = element('img', '')
      image.src = item.preview
      image.alt = say('fileSent')
      bubble.append(image)
    }
    bubble.append(
      element('div', 'words', item.label ?? item.text ?? (item.preview === undefined ? say('fileSent') : '')),
    )
    line.append(bubble, element('span', 'meta', say('sending')))
    pending.set(item.id, { line, text: item.label ?? item.text })
    list.append(line)
    ageButtons()
    follow(line, true)
  }

  function markOwn(item, state) {
    const own = pending.get(item.id)
    if (own === undefined) return
    const meta = own.line.querySelector('.meta')
    own.line.classList.toggle('unsent', state !== 'taken')
    own.line.classList.toggle('failed', state === 'failed')
    if (state === 'taken') {
      meta.textContent = time(new Date().toISOString())
      showWait()
      return
    }
    meta.textContent = item.failure || say('notSent')
    if (item.file === undefined || item.failure === undefined) {
      const again = element('button', 'again', say('again'))
      again.type = 'button'
      again.addEventListener('click', () => {
        own.line.classList.remove('failed')
        meta.textContent = say('sending')
        onAgain(item)
      })
      meta.append(again)
    }
  }

  /** The line that showed these words when they left. */
  function ownLineOf(message) {
    if (message.author !== 'citizen') return undefined
    const known = message.client_id === null ? undefined : pending.get(message.client_id)
    const [id, own] =
      known === undefined
        ? ([...pending].find(([, { text }]) => message.client_id === null && text === message.text) ?? [])
        : [message.client_id, known]
    if (own === undefined) return undefined
    pending.delete(id)
    return own.line
  }

  function buttons(actions) {
    const group = element('div', 'actions')
    group.setAttribute('role', 'group')
    group.setAttribute('aria-label', say('buttons'))
    for (const action of actions) {
      const button = element('button', '', action.label)
      button.type = 'button'
      button.addEventListener('click', () => {
        for (const other of group.children) other.classList.toggle('chosen', other === button)
        onAction(action)
      })
      group.append(button)
    }
    return group
  }

  /** Only the newest question asks for attention; the buttons of earlier ones still work. */
  function ageButtons() {
    const groups = [...list.querySelectorAll('.actions')]
    const last = groups.at(-1)
    const answered = last !== undefined && isFollowedByOwn(last.closest('.line'))
    for (const group of groups) group.classList.toggle('old', group !== last || answered)
  }

  function isFollowedByOwn(line) {
    for (let next = line.nextElementSibling; next !== null; next = next.nextElementSibling) {
      if (next.dataset.author === 'citizen' && !next.classList.contains('failed')) return true
    }
    return false
  }

  /** Three dots until the answer is there; they give up quietly, since an officer's answer takes its time. */
  function showWait() {
    hideWait()
    waitLine = element('li', 'line bot wait')
    waitLine.setAttribute('aria-hidden', 'true')
    const bubble = element('div', 'bubble')
    bubble.append(element('i', ''), element('i', ''), element('i', ''))
    waitLine.append(bubble)
    list.append(waitLine)
    follow(waitLine, true)
    setTimeout((line) => line.remove(), 8_000, waitLine)
  }

  function hideWait() {
    waitLine?.remove()
    waitLine = null
  }

  function distanceToEnd() {
    return scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight
  }

  function nearEnd() {
    return distanceToEnd() < 160
  }

  /** A long answer was put with its beginning in view, and the person has not moved since. */
  let isAnchored = false
  for (const sign of ['wheel', 'touchmove', 'keydown']) {
    scroller.addEventListener(sign, () => {
      isAnchored = false
    })
  }

  /** At the end of the talk: what comes is followed. */
  let isPinned = true

  /** One answer often comes in several messages: the first line of the answer that this one ends. */
  function beginningOf(line) {
    let first = line
    for (let before = line.previousElementSibling; before !== null; before = before.previousElementSibling) {
      const isSameAnswer =
        before.dataset.author !== 'citizen' &&
        before.dataset.author === line.dataset.author &&
        new Date(first.dataset.at) - new Date(before.dataset.at) < ONE_ANSWER_MS
      if (!isSameAnswer) break
      first = before
    }
    return first
  }

  /** Goes along with the talk, unless the person is reading further up; a long answer shows its beginning. */
  function follow(line, isWanted) {
    if (!isWanted) {
      toEnd.hidden = false
      return
    }
    const first = beginningOf(line)
    const start = first.getBoundingClientRect().top - scroller.getBoundingClientRect().top + scroller.scrollTop
    isAnchored = scroller.scrollHeight - start > scroller.clientHeight
    isPinned = !isAnchored
    if (isAnchored) {
      first.scrollIntoView({ block: 'start' })
      toEnd.hidden = false
    } else scroller.scrollTop = scroller.scrollHeight
  }

  toEnd.addEventListener('click', () => {
    scroller.scrollTop = scroller.scrollHeight
  })
  scroller.addEventListener('scroll', () => {
    // Closer than near: an answer that just does not fit keeps its beginning in view.
    isPinned = distanceToEnd() < 8
    if (nearEnd()) toEnd.hidden = true
  })
  // The keyboard of a phone comes up, or a picture arrives: whoever was at the end stays there.
  const observer = new ResizeObserver(() => {
    if (isPinned) scroller.scrollTop = scroller.scrollHeight
  })
  observer.observe(scroller)
  observer.observe(list)

  function picture({ url, media_type: type }) {
    const link = element('a', 'paper')
    link.href = url
    link.target = '_blank'
    if (type?.startsWith('image/')) {
      const image = element('img', '')
      image.src = url
      image.alt = say('file')
      image.loading = 'lazy'
      link.append(image)
    } else link.textContent = say('file')
    return link
  }

  function time(at) {
    const date = new Date(at)
    const isToday = days.format(date) === days.format(new Date())
    return isToday ? times.format(date) : `${times.format(date)} ${days.format(date)}`
  }

  return {
    showMessage,
    showOwn,
    markOwn,
    hasOwn: (id) => pending.has(id),
    clear: () => list.replaceChildren(),
  }
}

function linked(text) {
  const parts = []
  let from = 0
  for (const match of text.matchAll(LINKS)) {
    parts.push(text.slice(from, match.index))
    const link = element('a', '', match[0])
    link.href = match[1] ?? `tel:${match[0].replace(/[^\d+]/g, '')}`
    if (match[1] !== undefined) {
      link.target = '_blank'
      link.rel = 'noopener noreferrer'
    }
    parts.push(link)
    from = match.index + match[0].length
  }
  parts.push(text.slice(from))
  return parts
}

function element(name, className, text) {
  const made = document.createElement(name)
  if (className !== '') made.className = className
  if (text !== undefined) made.textContent = text
  return made
}
