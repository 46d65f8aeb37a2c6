/**
 * Reads what a channel sent. NUL characters are left out: no text in the database may hold one, and one message with
 * such a character must not take others with it. Undefined for what is no JSON.
 */
export function readJson(body: Buffer): unknown {
  const text = body.toString()
  try {
    // Only a body that holds one pays for looking at each of its texts; a bare NUL is no JSON.
    return text.includes('\\u0000') ? JSON.parse(text, withoutNul) : JSON.parse(text)
  } catch {
    return undefined
  }
}

function withoutNul(_name: string, value: unknown): unknown {
  return typeof value === 'string' ? value.replaceAll('\0', '') : value
}
