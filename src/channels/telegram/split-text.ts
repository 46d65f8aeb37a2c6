/** Characters that Telegram takes in one message. */
export const TEXT_MAX = 4096

/** Cuts a long text at the end of a paragraph, else of a line, else between words; no part is empty. */
export function splitText(text: string, max: number = TEXT_MAX): string[] {
  const parts: string[] = []
  let rest = text.trim()
  while (rest.length > max) {
    const at = placeToCut(rest, max)
    parts.push(rest.slice(0, at).trimEnd())
    rest = rest.slice(at).trimStart()
  }
  if (rest !== '') parts.push(rest)
  return parts
}

function placeToCut(text: string, max: number): number {
  // A cut in the first half would leave a stub, so there the next finer one is taken.
  for (const separator of ['\n\n', '\n', ' ']) {
    const at = text.lastIndexOf(separator, max)
    if (at > max / 2) return at
  }
  return isMiddleOfCharacter(text, max) ? max - 1 : max
}

function isMiddleOfCharacter(text: string, at: number): boolean {
  const unit = text.charCodeAt(at)
  return unit >= 0xdc00 && unit <= 0xdfff
}
