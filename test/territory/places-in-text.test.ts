import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { placesInText } from '../../src/territory/places-in-text.ts'
import { theTerritory } from './territory.ts'

const territory = theTerritory()
const communesIn = (text: string) =>
  placesInText(territory, text).map(({ matches }) => matches.map(({ place }) => place.name))

describe('A person names their commune in a sentence', () => {
  it.each([
    ['tôi ở xã Trung Nghĩa cũ muốn vay vốn', [['Phố Hiến']]],
    ['toi o xa tong tran muon vay von', [['Tống Trân']]],
    ['mẹ tôi 76 tuổi hộ nghèo xã Hoàn Long', [['Hoàn Long']]],
    ['hộ nghèo Hoàn Long xin hỗ trợ', [['Hoàn Long']]],
    ['tôi ở thị trấn Vương cũ', [['Hoàng Hoa Thám']]],
    ['TÔI Ở XÃ TÂN HƯNG', [['Tân Hưng']]],
    ['chuyển từ xã Quang Trung huyện Kiến Xương về phường Phố Hiến', [['Kiến Xương'], ['Phố Hiến']]],
  ])('"%s"', (text, communes) => {
    const found = communesIn(text)

    expect(found).toEqual(communes)
  })

  it('is offered every commune that the name may mean', () => {
    const found = communesIn('nhà tôi ở xã Quang Trung')

    expect(found[0]?.length).toBeGreaterThan(2)
  })

  it.each([['muốn sống hòa bình'], ['làng tôi tân tiến lắm'], ['muốn vay vốn'], ['đi xa nhà'], ['nhà cũ dột']])(
    'is not taken to a commune by "%s"',
    (text) => {
      const found = communesIn(text)

      expect(found).toEqual([])
    },
  )

  it('never makes it fail, whatever is typed', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        const found = placesInText(territory, `ở xã ${text}`)

        expect(found.every(({ matches }) => matches.length > 0)).toBe(true)
      }),
    )
  })
})
