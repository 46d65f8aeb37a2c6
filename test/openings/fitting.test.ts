import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fitting, pageOf } from '../../src/openings/fitting.ts'
import { AREAS, KINDS, type Opening, standingOn, TRADES, type Wish } from '../../src/openings/opening.ts'
import { tradesIn, tradeWords, wishOf } from '../../src/openings/wish.ts'
import { COMMUNE, desk } from '../desk/desk-builders.ts'

const DAY = '2026-11-23'

let made = 0

/** A vacancy for sewing in the province, open until the end of the year. */
function anOpening(some: Partial<Opening> = {}): Opening {
  return {
    id: `opening-${++made}`,
    unitId: 'tt_dvvl',
    kind: 'vacancy',
    ownNumber: String(made),
    title: 'Công nhân may',
    trade: 'sewing',
    offeredBy: 'Công ty Sông Hồng',
    area: some.communeCode ? 'commune' : 'province',
    communeCode: null,
    payWords: null,
    payFrom: null,
    payTo: null,
    payUnit: null,
    seats: 2,
    seatsTaken: 0,
    requirements: null,
    startsOn: null,
    applyBy: '2026-12-31',
    contact: 'Trung tâm',
    withdrawnAt: null,
    updatedAt: new Date(0),
    ...some,
  }
}

function aWish(some: Partial<Wish> = {}): Wish {
  return {
    kinds: ['vacancy'],
    trades: ['sewing'],
    words: [],
    commune: '11953',
    around: ['11977'],
    reach: 'province',
    onlyAbroad: false,
    ...some,
  }
}

const someOpening = fc.record({
  kind: fc.constantFrom(...KINDS),
  trade: fc.constantFrom(...TRADES),
  title: fc.constantFrom('Thợ mộc', 'Công nhân may', 'Phụ bếp', 'Lái xe tải'),
  area: fc.constantFrom(...AREAS),
  communeCode: fc.constantFrom('11953', '11977', '12000', null),
  seats: fc.integer({ min: 1, max: 3 }),
  seatsTaken: fc.integer({ min: 0, max: 3 }),
  applyBy: fc.constantFrom('2026-11-01', '2026-11-22', '2026-11-23', '2026-12-24'),
  withdrawnAt: fc.constantFrom(null, null, new Date(0)),
})
const someWish = fc.record({
  kinds: fc.subarray([...KINDS]),
  trades: fc.subarray([...TRADES]),
  words: fc.subarray(['moc', 'bep']),
  commune: fc.constantFrom('11953', '12000', null),
  around: fc.subarray(['11977', '12000']),
  reach: fc.constantFrom('commune', 'around', 'province', 'elsewhere', 'abroad' as const),
  onlyAbroad: fc.boolean(),
})

describe('whoever looks for work or training', () => {
  it('is never shown what is over, full, withdrawn, of the other kind, of another trade or beyond reach', () => {
    fc.assert(
      fc.property(fc.array(someOpening, { maxLength: 25 }), someWish, (some, wish) => {
        const all = some.map((one) => anOpening(one))

        const shown = fitting(all, wish as Wish, DAY)

        for (const one of shown) {
          expect(standingOn(one, DAY)).toBe('open')
          expect(wish.kinds).toContain(one.kind)
          const isFree = wish.trades.length === 0 && wish.words.length === 0
          const isTrade = wish.trades.includes(one.trade) || one.trade === 'any'
          const isNamed = wish.words.some((word) => one.title === (word === 'moc' ? 'Thợ mộc' : 'Phụ bếp'))
          expect(isFree || isTrade || isNamed).toBe(true)
          if (wish.onlyAbroad) expect(one.area).toBe('abroad')
          else if (one.area === 'abroad') expect(wish.reach).toBe('abroad')
          else if (one.area === 'elsewhere') expect(['elsewhere', 'abroad']).toContain(wish.reach)
        }
      }),
      { numRuns: 500 },
    )
  })

  it('sees the same in the same order however the list was stored, and each but once over the pages', () => {
    fc.assert(
      fc.property(
        fc.array(someOpening, { maxLength: 25 }),
        someWish,
        fc.infiniteStream(fc.nat()),
        (some, wish, dice) => {
          const all = some.map((one) => anOpening(one))
          const mixed = all.map((one) => ({ one, at: dice.next().value ?? 0 })).sort((a, b) => a.at - b.at)

          const shown = fitting(all, wish as Wish, DAY)
          const again = fitting(
            mixed.map(({ one }) => one),
            wish as Wish,
            DAY,
          )
          const paged = Array.from({ length: 10 }, (_, page) => pageOf(shown, page))

          expect(again).toEqual(shown)
          expect(paged.flatMap((page) => page.shown)).toEqual(shown)
          expect(Math.max(...paged.map((page) => page.shown.length + Number(page.hasMore)))).toBeLessThanOrEqual(5)
        },
      ),
      { numRuns: 500 },
    )
  })

  it('sees their own commune first, then those next to it, then the rest of the province', () => {
    const far = anOpening({ communeCode: '12000' })
    const anywhere = anOpening({ applyBy: '2026-12-30' })
    const near = anOpening({ communeCode: '11977' })
    const home = anOpening({ communeCode: '11953', trade: 'any' })

    const shown = fitting([far, anywhere, near, home], aWish(), DAY)

    expect(shown).toEqual([home, near, anywhere, far])
  })

  it('is not sent across the province when they want to stay in their commune', () => {
    const home = anOpening({ communeCode: '11953' })

    const shown = fitting([anOpening({ communeCode: '11977' }), anOpening(), home], aWish({ reach: 'commune' }), DAY)

    expect(shown).toEqual([home])
  })

  it('may apply on the last day, and not on the day after', () => {
    const ending = anOpening({ applyBy: DAY })

    const today = fitting([ending], aWish(), DAY)
    const tomorrow = fitting([ending], aWish(), '2026-11-24')

    expect(today).toEqual([ending])
    expect(tomorrow).toEqual([])
  })
})

describe('words about a trade', () => {
  const words = tradeWords(desk.texts)

  it.each([
    ['toi biet may va nau an', ['sewing', 'cooking']],
    ['tôi biết sửa máy tính', ['computer']],
    ['từng chạy máy xúc', []],
    ['phụ hồ ở Hà Nội 5 năm', ['building']],
    ['LÁI XE tải', ['driving']],
    ['', []],
  ])('"%s" name %j', (text, trades) => {
    const found = tradesIn(words, text)

    expect(found.toSorted()).toEqual(trades.toSorted())
  })
})

describe('the wish of a request', () => {
  it('is for what was asked for, near the home that is known', () => {
    const wish = wishOf(desk, {
      topic: 'vocational_training',
      commune: COMMUNE,
      answers: { trade: 'cooking' },
      day: DAY,
    })

    expect(wish).toMatchObject({ kinds: ['course'], trades: ['cooking'], commune: COMMUNE, reach: 'province' })
    expect(wish.around).not.toContain(COMMUNE)
    expect(wish.around.length).toBeGreaterThan(0)
  })

  it('for a trade that has no name here looks for its words', () => {
    const answers = { trade: 'other', trade_other: 'làm mộc' }

    const wish = wishOf(desk, { topic: 'vocational_training', commune: null, answers, day: DAY })

    expect(wish).toMatchObject({ trades: [], words: ['moc'] })
  })

  it('for work abroad is for nothing at home', () => {
    const wish = wishOf(desk, { topic: 'work_abroad', commune: COMMUNE, answers: { distance: 'commune' }, day: DAY })

    expect(fitting([anOpening(), anOpening({ area: 'abroad' })], { ...wish, trades: [] }, DAY)).toHaveLength(1)
  })
})
