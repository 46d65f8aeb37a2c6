import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadTexts } from '../../src/i18n.ts'
import { checkTerritory } from '../../src/territory/check-territory.ts'
import { communesToday } from '../../src/territory/communes-today.ts'
import { readTerritory } from '../../src/territory/read-territory.ts'
import { HOTLINE_KINDS, isInForce } from '../../src/territory/territory.ts'
import { theTerritory } from './territory.ts'

const FLOWS = join(import.meta.dirname, '../../flows')

/** What the reader or the proofs say after one change to one file. */
function faultsAfter(file: string, change: (text: string) => string): string[] {
  const directory = mkdtempSync(join(tmpdir(), 'flows-'))
  try {
    for (const name of ['places.csv', 'units.yaml', 'routing.yaml', 'hotlines.yaml']) {
      cpSync(join(FLOWS, name), join(directory, name))
    }
    const before = readFileSync(join(FLOWS, file), 'utf8')
    const after = change(before)
    if (after === before) throw new Error('the change changed nothing')
    writeFileSync(join(directory, file), after)
    const read = readTerritory(directory)
    const faults = 'faults' in read ? read.faults : checkTerritory(read.value)
    return faults.map((fault) => `${fault.where}: ${fault.what}`)
  } finally {
    rmSync(directory, { recursive: true })
  }
}

describe('the territory as it is written down', () => {
  const territory = theTerritory()

  it('holds every proof', () => {
    expect(checkTerritory(territory)).toEqual([])
  })

  it('has 104 communes today, 139 before the merger of provinces and 161 when the plan began', () => {
    const desksOn = (day: string) =>
      territory.units.filter((unit) => unit.kind === 'commune_desk' && isInForce(unit, day)).length

    expect(communesToday(territory)).toHaveLength(104)
    expect([desksOn('2026-11-23'), desksOn('2025-06-30'), desksOn('2022-06-01')]).toEqual([104, 139, 161])
  })

  it('tells a code of before from the same code of today', () => {
    const spans = territory.placesByCode.get('11977')?.map((place) => `${place.name} ${place.from}`)

    expect(spans).toEqual(['Hồng Nam 2022-06-01', 'Phương Nam 2024-12-01', 'Tân Hưng 2025-07-01'])
  })

  it('gives no phone that nobody confirmed', () => {
    expect(territory.units.filter((unit) => unit.phone !== null)).toEqual([])
    expect(territory.hotlines.get('court_date')?.values).toEqual({})
  })

  it('has every hotline text in both languages, with its numbers in it', () => {
    const texts = loadTexts(join(FLOWS, '../locales'))
    const hotlines = HOTLINE_KINDS.flatMap((kind) => territory.hotlines.get(kind) ?? [])

    const shown = hotlines.flatMap(({ text, values }) => [
      texts.text('vi', text, values),
      texts.text('en', text, values),
    ])

    expect(shown).toHaveLength(HOTLINE_KINDS.length * 2)
    expect(shown.filter((text) => text.includes('{{'))).toEqual([])
    expect(shown[0]).toContain('113')
  })
})

describe('a mistake in the definitions', () => {
  it('is named when a topic has a gap in time', () => {
    const faults = faultsAfter('routing.yaml', (text) =>
      text.replace(/2025-03-01(\s+to: null\s+first_line: so_gddt)/, '2025-03-15$1'),
    )

    expect(faults).toContain(
      'flows/routing.yaml: vocational_training: an interval begins on 2025-03-15, it should on 2025-03-01',
    )
  })

  it('is named when a unit does not exist', () => {
    const faults = faultsAfter('routing.yaml', (text) => text.replace('first_line: tt_tgpl', 'first_line: tt_tpgl'))

    expect(faults).toEqual([
      'flows/routing.yaml: legal_aid.first_line: there is no unit tt_tpgl in flows/units.yaml; add it or name another',
    ])
  })

  it('is named when successors lead in a circle', () => {
    const faults = faultsAfter('units.yaml', (text) =>
      text.replace('successor: so_khcn', 'successor: so_khdt').replace('successor: so_tai_chinh', 'successor: so_tttt'),
    )

    expect(faults.join('\n')).toContain('its successors lead back to so_tttt; break the circle')
  })

  it('is named when a commune is lost', () => {
    const faults = faultsAfter('places.csv', (text) => text.replace(/^11992,Lạc Đạo,xã,.*2025-07-01.*\n/m, ''))

    expect(faults).toContain('flows/places.csv: 103 communes today, there are 104; a row is missing or doubled')
    expect(faults.join('\n')).toContain('11992@2022-06-01: the successor 11992 is no commune of today')
  })

  it('is named with its line when a row cannot be read', () => {
    const faults = faultsAfter('places.csv', (text) => text.replace('\n11953,', '\n953,'))

    expect(faults).toHaveLength(1)
    expect(faults[0]).toMatch(/places\.csv:2: code: a commune code has five digits$/)
  })

  it('is named with its line when a key of a YAML file is wrong', () => {
    const faults = faultsAfter('hotlines.yaml', (text) => text.replace('number: "113"', 'number: 113'))

    expect(faults).toHaveLength(1)
    expect(faults[0]).toMatch(/hotlines\.yaml:\d+: numbers\.police\.number/)
  })
})
