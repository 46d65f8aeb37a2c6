import { communesToday } from '../territory/communes-today.ts'
import type { Turn } from './situation.ts'

/** "Phường Phố Hiến". */
export function placeWords(turn: Turn, code: string): string {
  const place = communesToday(turn.definitions.territory).find((one) => one.code === code)
  return place ? `${place.type.charAt(0).toUpperCase()}${place.type.slice(1)} ${place.name}` : code
}
