import type { FactValue } from '../eligibility/facts.ts'
import { communesToday } from '../territory/communes-today.ts'
import type { Session } from './session.ts'
import type { Turn } from './situation.ts'

/** What the commune tells by itself. */
export function factsOfCommune(turn: Turn): Record<string, FactValue> {
  const place = communesToday(turn.definitions.territory).find((one) => one.code === turn.situation.communeCode)
  if (!place) return {}
  return {
    area: place.type === 'phường' ? 'urban' : 'rural',
    former_province: place.formerProvince === 'Thái Bình' ? 'thai_binh' : 'hung_yen',
  }
}

/** Whether the answer follows from the commune and was not said. */
export function isOfCommune(turn: Turn, session: Session, fact: string): boolean {
  return session.family?.household[fact] === undefined && factsOfCommune(turn)[fact] !== undefined
}
