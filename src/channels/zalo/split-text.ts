/** Characters (code points after NFC) that Zalo takes in one message; it refuses a longer one. */
export const TEXT_MAX = 2_000

/** Cuts a long text at the end of a paragraph, else of a line, else between words; no part is empty. */
export function splitText(text: string, max: number = TEXT_MAX): string[] {
  const parts: string[] = []
  let rest = [...text.normalize('NFC').trim()]
  while (rest.length > max) {
    const at = placeToCut(rest, max)
    parts.push(rest.slice(0, at).join('').trimEnd())
    rest = [...rest.slice(at).join('').trimStart()]
  }
  if (rest.length > 0) parts.push(rest.join(''))
  return parts.filter((part) => part !== '')
}

function placeToCut(characters: readonly string[], max: number): number {
  // A cut in the first half would leave a stub, so there the next finer one is taken.
  const half = Math.floor(max / 2)
  const last = (isPlace: (at: number) => boolean) => {
    for (let at = max; at > half; at--) if (isPlace(at)) return at
    return null
  }
  return (
    last((at) => characters[at] === '\n' && characters[at + 1] === '\n') ??
    last((at) => characters[at] === '\n') ??
    last((at) => /\s/.test(characters[at] ?? '')) ??
    max
  )
}
