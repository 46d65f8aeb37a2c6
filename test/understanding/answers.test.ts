import { describe, expect, it } from 'vitest'
import { readDate } from '../../src/understanding/dates.ts'
import { readNumber } from '../../src/understanding/numbers.ts'
import { readYesNo } from '../../src/understanding/yes-no.ts'

describe('A typed yes or no', () => {
  it.each([
    ['có ạ', 'yes'],
    ['co', 'yes'],
    ['Đúng rồi', 'yes'],
    ['dung', 'yes'],
    ['vâng', 'yes'],
    ['dạ', 'yes'],
    ['ừ', 'yes'],
    ['ok', 'yes'],
    ['👍', 'yes'],
    ['Có, nhà tôi có sổ hộ nghèo', 'yes'],
    ['không', 'no'],
    ['ko', 'no'],
    ['k', 'no'],
    ['chưa có', 'no'],
    ['dạ không ạ', 'no'],
    ['không, tôi chưa có', 'no'],
    ['không biết đâu ạ', 'unknown'],
    ['ko rõ', 'unknown'],
    ['chịu', 'unknown'],
    ["I don't know", 'unknown'],
    ['có phải không', null],
    ['có được không?', null],
    ['hộ nghèo', null],
    ['', null],
  ] as const)('"%s" is %s', (text, answer) => {
    const read = readYesNo(text)

    expect(read).toBe(answer)
  })
})

describe('A typed number', () => {
  it.each([
    ['76', 76],
    ['76 tuổi', 76],
    ['76t', 76],
    ['mẹ tôi 76 tuổi ạ', 76],
    ['1tr2', 1_200_000],
    ['1tr250', 1_250_000],
    ['1,5 triệu', 1_500_000],
    ['3 triệu 500 nghìn', 3_500_000],
    ['1.500.000đ', 1_500_000],
    ['1 500 000', 1_500_000],
    ['500k', 500_000],
    ['hai triệu rưỡi', 2_500_000],
    ['hai trieu ruoi', 2_500_000],
    ['một triệu hai', 1_200_000],
    ['nửa triệu', 500_000],
    ['bảy mươi sáu', 76],
    ['bay muoi sau', 76],
    ['bảy sáu', 76],
    ['hăm ba', 23],
    ['một trăm linh năm', 105],
    ['0', 0],
    ['2-3 triệu', null],
    ['20/11/2026', null],
    ['-5', null],
    ['không', null],
    ['nhiều lắm', null],
    ['', null],
  ] as const)('"%s" is %s', (text, number) => {
    const read = readNumber(text)

    expect(read).toBe(number)
  })
})

describe('A typed day, written on Monday 23 November 2026', () => {
  it.each([
    ['20/11/2026', '2026-11-20'],
    ['ngày 20 tháng 11 năm 2026', '2026-11-20'],
    ['2026-11-20', '2026-11-20'],
    ['20.11.26', '2026-11-20'],
    ['1/2/1950', '1950-02-01'],
    ['1/2/50', '1950-02-01'],
    ['01021950', '1950-02-01'],
    ['25-11', '2026-11-25'],
    ['20-11', '2027-11-20'],
    ['hôm nay', '2026-11-23'],
    ['ngày mai', '2026-11-24'],
    ['mai tôi ra tòa', '2026-11-24'],
    ['ngay kia', '2026-11-25'],
    ['thứ năm', '2026-11-26'],
    ['thứ 5 tuần sau', '2026-12-03'],
    ['chủ nhật này', '2026-11-29'],
    ['3 ngày nữa', '2026-11-26'],
    ['31/2/2026', null],
    ['sang năm', null],
    ['', null],
  ] as const)('"%s" is %s', (text, day) => {
    const read = readDate(text, '2026-11-23')

    expect(read).toBe(day)
  })
})
