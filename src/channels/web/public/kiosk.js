/** A screen that many people use: the talk ends by a button, or by itself when nobody is there any more. */
const IDLE_MS = 180_000
const LAST_CALL_MS = 20_000

export function watchKiosk({ isKiosk, button, ask, onEnd }) {
  if (!isKiosk) return
  let timer
  button.addEventListener('click', () => ask('endAsk', 'endYes', 'endNo', (isYes) => isYes && onEnd()))

  function stay() {
    clearTimeout(timer)
    timer = setTimeout(lastCall, IDLE_MS)
  }

  function lastCall() {
    const end = setTimeout(onEnd, LAST_CALL_MS)
    ask('idle', 'stay', 'endYes', (isStaying) => {
      clearTimeout(end)
      if (isStaying) stay()
      else onEnd()
    })
  }

  for (const sign of ['pointerdown', 'keydown', 'input', 'scroll']) {
    addEventListener(sign, stay, { capture: true, passive: true })
  }
  stay()
}
