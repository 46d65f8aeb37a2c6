import type { HotlineKind } from '../territory/territory.ts'
import type { Effect } from './effects.ts'
import type { Turn } from './situation.ts'

/** What to do now and whom to call; only numbers that are confirmed are named. */
export function sayHotline(turn: Turn, kind: string): Effect {
  const hotline = turn.definitions.territory.hotlines.get(kind as HotlineKind)
  if (!hotline) throw new Error(`No hotline ${kind}`)
  return { kind: 'say', lines: [{ key: hotline.text, values: { ...hotline.values } }], options: [] }
}
