import type { Answer } from './line.ts'
import type { ChannelId } from './people.ts'

export interface LogLine {
  id: number
  at: string
  channel: ChannelId | 'product'
  /** `out`: the product called; `in`: the channel called the product; `set`: somebody turned a switch. */
  direction: 'out' | 'in' | 'set'
  what: string
  outcome: string
  isGood: boolean
}

const LINES_KEPT = 80

export interface CallLog {
  readonly lines: readonly LogLine[]
  add(line: Omit<LogLine, 'id' | 'at'>): void
}

export function createCallLog(now: () => Date, changed: () => void): CallLog {
  const lines: LogLine[] = []
  let nextId = 1
  return {
    lines,
    add(line) {
      lines.push({ id: nextId++, at: now().toISOString(), ...line })
      if (lines.length > LINES_KEPT) lines.shift()
      changed()
    },
  }
}

/** What an answer says in a few words; both channels hide refusals in JSON. */
export function outcomeOf(answer: Answer): { outcome: string; isGood: boolean } {
  if (answer === null) return { outcome: 'no answer', isGood: false }
  const { status, text } = answer
  const isFine = status >= 200 && status < 300
  try {
    const body = JSON.parse(text) as Record<string, unknown>
    if (body.ok === false) return { outcome: `${status} ${String(body.description ?? '')}`, isGood: false }
    if (typeof body.error === 'number' && body.error !== 0) {
      return { outcome: `${body.error} ${String(body.message ?? body.error_name ?? '')}`, isGood: false }
    }
    return { outcome: String(status), isGood: isFine }
  } catch {
    return { outcome: `${status}, not JSON`, isGood: false }
  }
}
