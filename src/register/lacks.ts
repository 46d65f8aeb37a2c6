/** What a household lacks: the six dimensions of the plan and the twelve indicators under them. Pure. */
import { folded, hasWords } from '../spreadsheet/words.ts'
import type { LackColumn } from './columns.ts'

export const DIMENSIONS = ['employment', 'health', 'education', 'housing', 'water_sanitation', 'information'] as const
export type Dimension = (typeof DIMENSIONS)[number]

/** Column → dimension; with its indicator, where the column means one. */
export const LACK_OF: Readonly<Record<LackColumn, { dimension: Dimension; indicator?: string }>> = {
  lackJob: { dimension: 'employment', indicator: 'D01' },
  lackCarers: { dimension: 'employment', indicator: 'D02' },
  lackNutrition: { dimension: 'health', indicator: 'D03' },
  lackInsurance: { dimension: 'health', indicator: 'D04' },
  lackSchooling: { dimension: 'education', indicator: 'D05' },
  lackAttendance: { dimension: 'education', indicator: 'D06' },
  lackSoundHouse: { dimension: 'housing', indicator: 'D07' },
  lackSpace: { dimension: 'housing', indicator: 'D08' },
  lackWater: { dimension: 'water_sanitation', indicator: 'D09' },
  lackLatrine: { dimension: 'water_sanitation', indicator: 'D10' },
  lackTelecom: { dimension: 'information', indicator: 'D11' },
  lackDevices: { dimension: 'information', indicator: 'D12' },
  lackHealth: { dimension: 'health' },
  lackEducation: { dimension: 'education' },
  lackHousing: { dimension: 'housing' },
  lackSanitation: { dimension: 'water_sanitation' },
  lackInformation: { dimension: 'information' },
}

/** More telling words first. */
const WORDS: readonly (readonly [string, LackColumn])[] = [
  ['viec lam', 'lackJob'],
  ['phu thuoc', 'lackCarers'],
  ['dinh duong', 'lackNutrition'],
  ['bao hiem y te', 'lackInsurance'],
  ['bhyt', 'lackInsurance'],
  ['nguoi lon', 'lackSchooling'],
  ['di hoc', 'lackAttendance'],
  ['chat luong nha', 'lackSoundHouse'],
  ['dien tich', 'lackSpace'],
  ['nha tieu', 'lackLatrine'],
  ['nha ve sinh', 'lackLatrine'],
  ['ve sinh', 'lackSanitation'],
  ['nuoc', 'lackWater'],
  ['vien thong', 'lackTelecom'],
  ['phuong tien', 'lackDevices'],
  ['thong tin', 'lackInformation'],
  ['nha o', 'lackHousing'],
  ['nha', 'lackHousing'],
  ['giao duc', 'lackEducation'],
  ['y te', 'lackHealth'],
]
const BY_NUMBER = Object.keys(LACK_OF).slice(0, 12) as LackColumn[]

/** `Việc làm; BHYT`, `1, 4, 9` or `D04`; null when some part of it is not understood. */
export function readLacks(cell: string): LackColumn[] | null {
  const parts = cell
    .split(/[,;\n+/]| và /)
    .map(folded)
    .filter((part) => part !== '')
  const found = parts.map((part) => {
    const number = /^d?0?(\d{1,2})$/.exec(part)?.[1]
    if (number !== undefined) return BY_NUMBER[Number(number) - 1]
    return WORDS.find(([words]) => hasWords(part, words))?.[1]
  })
  return found.every((one) => one !== undefined) ? found : null
}

export function lacksOf(columns: readonly LackColumn[]): { dimensions: Dimension[]; indicators: string[] } {
  const dimensions = new Set(columns.map((column) => LACK_OF[column].dimension))
  const indicators = new Set(columns.flatMap((column) => LACK_OF[column].indicator ?? []))
  return { dimensions: DIMENSIONS.filter((one) => dimensions.has(one)), indicators: [...indicators].sort() }
}
