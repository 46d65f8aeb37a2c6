import { parse } from 'csv-parse/sync'
import { describe, expect, it } from 'vitest'
import { readFileLines } from '../../src/spreadsheet/read-file.ts'
import { csvLine } from '../../src/spreadsheet/write-csv.ts'
import { writeXlsx } from '../../src/spreadsheet/write-xlsx.ts'

const HARMFUL = ['=1+1', '+84 912', '-2', '@SUM(A1)', '  =cmd|calc', '\t=1', '＝1', '"=1"', '%0a=1']

describe('a cell that a spreadsheet would run', () => {
  it.each(HARMFUL)('is text in the CSV: %j', (cell) => {
    const [[written] = []] = parse(csvLine([cell]), { relax_quotes: true }) as string[][]

    expect(written).toBe(`'${cell}`)
  })

  it('is text in the workbook', async () => {
    const file = await readFileLines(await writeXlsx([HARMFUL], []), () => false)

    expect(file).toMatchObject({ lines: [{ cells: HARMFUL.map((cell) => cell.trim()) }] })
  })
})

describe('a table that is written', () => {
  it('comes back from the workbook as it was, with quotes, signs and long names', async () => {
    const rows = [
      ['Dòng', 'Họ tên'],
      [2, 'Lê "Hoa" <b>&amp;</b>'],
      [3, ` ${'Công Tằng Tôn Nữ '.repeat(10)}`],
    ]

    const file = await readFileLines(await writeXlsx(rows, [5, 20]), () => false)

    expect(file).toMatchObject({
      lines: [
        { cells: ['Dòng', 'Họ tên'] },
        { cells: ['2', 'Lê "Hoa" <b>&amp;</b>'] },
        { cells: ['3', expect.stringContaining('Công Tằng Tôn Nữ Công')] },
      ],
    })
  })

  it('keeps commas, quotes and line breaks in their cells of the CSV', () => {
    const cells = ['Lê, Thị "Hoa"', 'hai\ndòng', '']

    expect(parse(csvLine(cells))).toEqual([cells])
  })
})
