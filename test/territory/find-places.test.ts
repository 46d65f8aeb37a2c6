import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { communesToday } from '../../src/territory/communes-today.ts'
import { findPlaces } from '../../src/territory/find-places.ts'
import { foldName } from '../../src/territory/fold-name.ts'
import { theTerritory } from './territory.ts'

const territory = theTerritory()
const namesFor = (words: string) => findPlaces(territory, words).map((match) => match.place.name)

describe('a person who names the commune', () => {
  it('is understood by each name of today, with and without diacritics', () => {
    const lost = communesToday(territory).filter(
      (place) => namesFor(place.name)[0] !== place.name || namesFor(foldName(place.name))[0] !== place.name,
    )

    expect(lost).toEqual([])
  })

  it.each([
    ['tan hung', 'Tân Hưng'],
    ['TÂN HƯNG', 'Tân Hưng'],
    ['xã Tân Hưng', 'Tân Hưng'],
    ['xa tan hung tinh hung yen', 'Tân Hưng'],
    ['p. my hao', 'Mỹ Hào'],
    ['Thuỵ Anh', 'Thụy Anh'],
    ['Thụy Anh', 'Thụy Anh'],
    ['phuong nam', 'Tân Hưng'],
    ['tanhung', 'Tân Hưng'],
    ['tan hugn', 'Tân Hưng'],
    ['nguyen van lin', 'Nguyễn Văn Linh'],
    ['toi o xa trieu viet vuong', 'Triệu Việt Vương'],
    ['bac tien hung', 'Bắc Tiên Hưng'],
  ])('types %s and is taken to %s', (words, name) => {
    expect(namesFor(words)[0]).toBe(name)
  })

  it('may write i for y', () => {
    expect(namesFor('an mi')).toEqual(namesFor('An Mỹ'))
    expect(namesFor('an mi')).toEqual(['Phụ Dực'])
  })

  it('is not offered a shorter name that stands inside the one that was typed', () => {
    expect(namesFor('toi o xa trieu viet vuong')).toEqual(['Triệu Việt Vương'])
  })

  it('who names only the former district gets the communes that came from it', () => {
    expect(namesFor('huyện Yên Mỹ')).toEqual(['Nguyễn Văn Linh', 'Hoàn Long', 'Yên Mỹ', 'Việt Yên'])
  })

  it('gets nothing for words that name no place', () => {
    expect([namesFor(''), namesFor('😀😀'), namesFor('tiền điện bao nhiêu')]).toEqual([[], [], []])
  })

  it('never gets more than was asked for, nor an old unit, whatever is typed', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 500 }), fc.integer({ min: 1, max: 9 }), (words, limit) => {
        const matches = findPlaces(territory, words, limit)

        expect(matches.length).toBeLessThanOrEqual(limit)
        expect(matches.every((match) => match.place.to === null)).toBe(true)
      }),
    )
  })
})

describe('a person who names the commune of before', () => {
  it('is led to the commune of today and told by which old name', () => {
    const [match] = findPlaces(territory, 'hong nam')

    expect(match).toMatchObject({ place: { code: '11977', name: 'Tân Hưng' }, via: { name: 'Hồng Nam' } })
  })

  it('finds every old name that has a known successor', () => {
    const old = territory.places.filter((place) => place.successors.length > 0)

    const lost = old.filter((place) => {
      const found = findPlaces(territory, `${place.type} ${place.name}, ${place.district}`, 9)
      return !place.successors.every((code) => found.some((match) => match.place.code === code))
    })

    expect(lost).toEqual([])
  })

  it('chooses among several communes of one name', () => {
    const matches = findPlaces(territory, 'minh khai')

    expect(matches.map((match) => match.via?.district).sort()).toEqual([
      'Huyện Hưng Hà',
      'Huyện Vũ Thư',
      'Thành phố Hưng Yên',
    ])
  })

  it('need not choose when the old district is named', () => {
    expect(namesFor('xã Minh Khai, huyện Vũ Thư, tỉnh Hưng Yên')).toEqual(['Vũ Thư'])
    expect(namesFor('minh khai tp hung yen')).toEqual(['Phố Hiến'])
  })

  it.each([
    ['Đình Dù', ['Như Quỳnh', 'Đại Đồng']],
    ['ngoc thanh', ['Hiệp Cường', 'Sơn Nam']],
    ['lac dao', ['Lạc Đạo', 'Đại Đồng']],
  ])('is asked for the village of %s, which was split', (words, names) => {
    const matches = findPlaces(territory, words)

    expect(matches.map((match) => match.place.name).sort()).toEqual(names)
    expect(matches.every((match) => match.needsVillage)).toBe(true)
  })

  it('is offered the communes of the old district where nobody recorded the successor', () => {
    const matches = findPlaces(territory, 'Nghĩa Hiệp')

    expect(matches.map((match) => match.place.name)).toEqual(['Nguyễn Văn Linh', 'Hoàn Long', 'Yên Mỹ', 'Việt Yên'])
    expect(matches.every((match) => match.needsVillage)).toBe(true)
  })

  it('is taken along when the name went on in the same district', () => {
    expect(namesFor('Quang Vinh')).toEqual(['Ân Thi'])
  })

  it('is not asked for the village where one commune is meant', () => {
    expect(findPlaces(territory, 'lam son').map((match) => match.needsVillage)).toEqual([false])
  })
})
