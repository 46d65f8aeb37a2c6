/** A screen that many people use: the talk ends by a button, or by itself when nobody is there any more. */
const IDLE_MS = 180_000
const LAST_CALL_MS = 20_000

export function watchKiosk({ isKiosk, button, ask, onEnd: end }) {
  if (!isKiosk) return
  let timer
  let hasEnded = false

  function onEnd() {
    if (hasEnded) return
    hasEnded = true
    end()
  }

  button.addEventListener('click', () => ask('endAsk', 'endYes', 'endNo', (answer) => answer === 'yes' && onEnd()))

  function stay() {
    clearTimeout(timer)
    timer = setTimeout(lastCall, IDLE_MS)
  }

  function lastCall() {
    const lastSecond = setTimeout(onEnd, LAST_CALL_MS)
    ask('idle', 'stay', 'endYes', (answer) => {
      clearTimeout(lastSecond)
      if (answer === 'no') onEnd()
      else stay()
    })
  }

  for (const sign of ['pointerdown', 'keydown', 'input', 'scroll']) {
    addEventListener(sign, stay, { capture: true, passive: true })
  }
  stay()
}
