import { describe, expect, it } from 'vitest'
import { writeXlsx } from '../../src/spreadsheet/write-xlsx.ts'
import { readList } from '../../src/village-list/read-list.ts'
import { aboutOf, csvFile, DAY, faultOf, faultsOf, person, read, rowsIn, villageLines } from './files.ts'

describe('the columns of a list', () => {
  it.each([
    ['with diacritics', 'Họ và tên,Năm sinh,Hộ nghèo'],
    ['without diacritics', 'Ho va ten,Nam sinh,Ho ngheo'],
    ['in capitals', 'HỌ TÊN,NĂM SINH,HỘ NGHÈO'],
    ['with remarks', 'Họ tên (người dân),Năm sinh (dương lịch),Hộ nghèo (HN)'],
    ['with decomposed letters', 'Họ và tên,Năm sinh,Hộ nghèo'.normalize('NFD')],
  ])('are known %s', async (_, headings) => {
    const [row] = await rowsIn(csvFile(headings, 'Nguyễn Thị Đào,1950,x'))

    expect(row).toMatchObject({ name: 'Nguyễn Thị Đào', ages: [75, 76], facts: { household_status: 'poor' } })
  })

  it('are found under the titles of an office, with headings in two lines and a line of numbers', async () => {
    const file = await writeXlsx(
      [
        ['UỶ BAN NHÂN DÂN XÃ HOÀNG HOA THÁM'],
        [],
        ['DANH SÁCH HỘ NGHÈO, HỘ CẬN NGHÈO NĂM 2026'],
        ['STT', 'Họ và tên chủ hộ', 'Năm sinh', '', 'Thôn', 'Hộ nghèo', 'Hộ cận nghèo', 'Số CCCD'],
        ['', '', 'Nam', 'Nữ', '', '', '', ''],
        ['(1)', '(2)', '(3)', '(4)', '(5)', '(6)', '(7)', '(8)'],
        [1, 'Nguyễn Văn Bình', 1960, '', 'Đông', 'x', '', '033060000001'],
        [2, 'Trần Thị Lụa', '', 1971, 'Đoài', '', 'x', '033171000002'],
        ['', 'Tổng cộng', '', '', '', 1, 1, ''],
      ],
      [],
    )

    const rows = await rowsIn(file)
    const about = await aboutOf(file)

    expect(rows).toMatchObject([
      {
        number: 7,
        name: 'Nguyễn Văn Bình',
        birth: '1960',
        village: 'Đông',
        facts: { sex: 'male', household_status: 'poor' },
      },
      { number: 8, name: 'Trần Thị Lụa', birth: '1971', facts: { sex: 'female', household_status: 'near_poor' } },
    ])
    expect(about.passed.map(({ number, why }) => [number, why])).toEqual([
      [1, 'title'],
      [3, 'title'],
      [6, 'numbers'],
      [9, 'sum'],
    ])
    expect(about.unused).toEqual(['STT', 'Số CCCD'])
    expect(JSON.stringify(rows)).not.toContain('033060000001')
  })

  it('take the village from a line above', async () => {
    const rows = await rowsIn(
      csvFile('STT,Họ tên,Tuổi', 'I,Thôn Đông,', '1,Lê Thị Hoa,70', ',Thôn Đoài,', '1,Tô Văn Tổng,20'),
    )

    expect(rows).toMatchObject([
      { name: 'Lê Thị Hoa', village: 'Thôn Đông' },
      { name: 'Tô Văn Tổng', village: 'Thôn Đoài' },
    ])
  })

  it.each(['Tống Văn Minh', 'Công Tằng Tôn Nữ Hoa', 'Tô Thị Bé', 'Lang Văn Xã', 'Khu Thị Mơ'])(
    'never take %s for a sum or a village',
    async (name) => {
      const rows = await rowsIn(csvFile('Họ tên,Tuổi', `${name},50`))

      expect(rows).toMatchObject([{ kind: 'person', name }])
    },
  )

  it.each([
    [';', 'Họ tên;Tuổi;Thôn'],
    ['\t', 'Họ tên\tTuổi\tThôn'],
    ['|', 'Họ tên|Tuổi|Thôn'],
  ])('may be parted by %j', async (sign, headings) => {
    const rows = await rowsIn(csvFile(headings, ['Lê, Thị Hoa', '70', 'Đông'].join(sign)))

    expect(rows).toMatchObject([{ name: 'Lê, Thị Hoa', ages: [70], village: 'Đông' }])
  })

  it('are read from the text that Excel calls Unicode', async () => {
    const rows = await rowsIn(Buffer.from('\ufeffHọ tên\tTuổi\r\nLê Thị Hoa\t70\r\n', 'utf16le'))

    expect(rows).toMatchObject([{ name: 'Lê Thị Hoa', ages: [70] }])
  })
})

describe('what a cell says', () => {
  it.each([
    ['Ngày sinh', '15/3/1950', { birth: '15/03/1950', ages: [76] }],
    ['Ngày sinh', '24.11.1950', { birth: '24/11/1950', ages: [75] }],
    ['Ngày sinh', 'ngày 5 tháng 3 năm 1950', { ages: [76] }],
    ['Ngày sinh', '1950-03-15', { ages: [76] }],
    ['Ngày sinh', '03/1950', { birth: '03/1950', ages: [76] }],
    ['Năm sinh', '1950', { birth: '1950', ages: [75, 76] }],
    ['Sinh năm', '2026', { ages: [0] }],
    ['Tuổi', '76 tuổi', { ages: [76] }],
  ])('%s “%s” tells the age', async (heading, cell, expected) => {
    expect(await person(heading, cell)).toMatchObject(expected)
  })

  it.each([
    ['Diện hộ', 'Hộ cận nghèo', { household_status: 'near_poor' }],
    ['Loại hộ', 'HN', { household_status: 'poor' }],
    ['Diện hộ', 'mới thoát cận nghèo', { household_status: 'escaped_poverty', previous_status: 'near_poor' }],
    ['Hộ nghèo/cận nghèo', 'Cận nghèo', { household_status: 'near_poor' }],
    ['Diện hộ', 'không', { household_status: 'none' }],
    ['Diện hộ', 'mức sống trung bình', { household_status: 'average_living' }],
    ['Thoát nghèo từ', '05/2025', { months_since_escape: 18 }],
    ['Mức độ khuyết tật', 'Đặc biệt nặng', { disability: 'extremely_severe' }],
    ['Khuyết tật', 'không', { disability: 'none' }],
    ['Khuyết tật', 'x', { disability: null }],
    ['Lương hưu', 'Có', { pension: 'pension' }],
    ['Lương hưu', '3.500.000 đ', { pension: 'pension', pension_amount: 3_500_000 }],
    ['Lương hưu', 'tiền tuất', { pension: 'survivor' }],
    ['Đang học lớp', '3A', { student_level: 'primary' }],
    ['Đang học lớp', 'Lớp 9', { student_level: 'secondary' }],
    ['Đang học', 'Mẫu giáo', { student_level: 'preschool', school_stage: 'kindergarten' }],
    ['Đang học', 'Cao đẳng nghề', { student_level: 'vocational' }],
    ['Đang học', 'nghỉ học', { student_level: 'none' }],
    ['Thu nhập bình quân', '1,5 triệu', { income_per_capita: 1_500_000 }],
    ['Thu nhập bình quân', '2.250.000', { income_per_capita: 2_250_000 }],
    ['Dân tộc', 'Mường', { ethnic_minority: true }],
    ['Dân tộc', 'Kinh', { ethnic_minority: false }],
    ['Sống một mình', '✓', { lives_alone: true }],
    ['Người có công', 'không rõ', { merit: null }],
    ['Mồ côi', 'cả cha và mẹ', { orphan: 'both' }],
    ['Nghề nghiệp', 'Già yếu', { occupation: null }],
  ])('%s “%s” is understood', async (heading, cell, facts) => {
    expect((await person(`Tuổi,${heading}`, `30,"${cell}"`)).facts).toEqual(facts)
  })

  it.each(['', '-', '...', ' '])('nothing is taken for a no: “%s”', async (cell) => {
    const { facts } = await person('Tuổi,Lương hưu,Hộ nghèo,Khuyết tật', `30,${cell},${cell},${cell}`)

    expect(facts).toEqual({})
  })

  it('not being poor leaves open whether the household is near-poor', async () => {
    expect((await person('Tuổi,Hộ nghèo', '30,không')).facts).toEqual({})
  })

  it('the status of the whole list holds where a line says nothing', async () => {
    const rows = await rowsIn(csvFile('Họ tên,Tuổi,Diện hộ', 'Lê Thị Hoa,70,', 'Trần Văn Bình,70,cận nghèo'), {
      household_status: 'poor',
    })

    expect(rows).toMatchObject([{ facts: { household_status: 'poor' } }, { facts: { household_status: 'near_poor' } }])
  })

  it('invisible signs and line breaks from other programs do no harm', async () => {
    const rows = await rowsIn(csvFile('Họ tên,Tuổi', '"Lê\u200b Thị\n Hoa\u202e",70'))

    expect(rows).toMatchObject([{ name: 'Lê Thị Hoa' }])
  })

  it('the same person twice is judged twice and remarked on', async () => {
    const rows = await rowsIn(csvFile('Họ tên,Ngày sinh', 'Lê Thị Hoa,1/2/1950', 'LÊ THỊ HOA,01/02/1950'))

    expect(rows).toMatchObject([{ notes: [] }, { notes: [{ key: 'repeats', value: '2' }] }])
  })
})

describe('a line that cannot be read', () => {
  it.each([
    ['Ngày sinh', '30/2/1950', 'no_such_day'],
    ['Ngày sinh', '3/15/1950', 'no_such_day'],
    ['Ngày sinh', '15/3/50', 'short_year'],
    ['Ngày sinh', '18337', 'serial_number'],
    ['Ngày sinh', 'khoảng 1950', 'not_a_date'],
    ['Ngày sinh', '24/11/2026', 'in_future'],
    ['Năm sinh', '1850', 'too_old'],
    ['Tuổi', '130', 'too_old'],
    ['Diện hộ', 'diện khác', 'not_known_word'],
    ['Hộ nghèo', 'có lẽ', 'not_known_word'],
    ['Sống một mình', '2', 'not_yes_no'],
    ['Số khẩu', 'năm', 'not_a_number'],
    ['Đang học lớp', '13', 'not_known_word'],
    ['Ngày sinh', '#REF!', 'formula_error'],
    ['Thôn', 'x'.repeat(301), 'too_long'],
  ])('says what is wrong with %s “%s”', async (heading, cell, key) => {
    expect(await faultsOf(heading, cell)).toMatchObject([{ key, column: heading }])
  })

  it('names every fault of the line, not the first alone', async () => {
    const faults = await faultsOf('Ngày sinh,Diện hộ,Giới tính', '31/4/1950,sao,ba')

    expect(faults.map(({ column }) => column).sort()).toEqual(['Diện hộ', 'Giới tính', 'Ngày sinh'])
  })

  it.each([
    ['poor and near-poor at once', 'Hộ nghèo,Hộ cận nghèo', 'x,x', 'contradicts'],
    ['an age that does not fit the birth', 'Năm sinh,Tuổi', '1950,40', 'ages_differ'],
    ['two sexes', 'Giới tính,Nữ', 'Nam,1950', 'contradicts'],
  ])('has two columns that disagree: %s', async (_, headings, line, key) => {
    expect(await faultsOf(headings, line)).toMatchObject([{ key }])
  })

  it('has nobody’s name in it', async () => {
    const rows = await rowsIn(csvFile('Họ tên,Tuổi', ',70', '123,70'))

    expect(rows).toMatchObject([{ faults: [{ key: 'no_name' }] }, { faults: [{ key: 'not_a_name' }] }])
  })

  it('keeps its number, as Excel counts, also after empty lines', async () => {
    const rows = await rowsIn(csvFile('Họ tên,Tuổi', '', 'Lê Thị Hoa,70', '', '', ',5'))

    expect(rows.map(({ number }) => number)).toEqual([3, 6])
  })
})

describe('nothing of a list is lost', () => {
  it('every line that is not empty is a person, a fault or a line that was passed over', async () => {
    const lines = ['DANH SÁCH', ...villageLines(400), 'Thôn Mới,,,', 'Tổng cộng,400', ',,1950,,,']
    const file = csvFile(...lines)

    const rows = await rowsIn(file)
    const { passed } = await aboutOf(file)

    const headings = 2
    const numbers = [...rows, ...passed].map(({ number }) => number)
    expect([...numbers, headings].toSorted((a, b) => a - b)).toEqual(lines.map((_, index) => index + 1))
  })
})

describe('a file that is no list', () => {
  const zipped = async () =>
    writeXlsx(
      [
        ['Họ tên', 'Tuổi'],
        ['Lê Thị Hoa', 70],
      ],
      [],
    )

  it.each([
    ['empty', Buffer.alloc(0), 'empty'],
    ['of empty lines', csvFile('', ',,', ''), 'empty'],
    ['an old Excel file', Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]), 'old_excel'],
    ['a PDF under another name', Buffer.from('%PDF-1.7\n%âãÏÓ\n'), 'pdf'],
    ['a picture', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 1]), 'not_a_table'],
    ['a zip that is cut off', Buffer.from('PK\x03\x04 nothing'), 'broken_xlsx'],
    ['too big', Buffer.alloc(10 * 1_048_576, 'a,b\n'), 'too_big'],
    ['of words alone', csvFile('Kính gửi: UBND xã', 'Chúng tôi xin báo cáo'), 'no_headings'],
    ['without names', csvFile('Tuổi,Hộ nghèo', '70,x'), 'no_name_column'],
    ['of headings alone', csvFile('Họ tên,Tuổi'), 'no_rows'],
    ['with a column twice', csvFile('Họ tên,Hộ nghèo,Tuổi,HỘ NGHÈO', 'Hoa,x,70,'), 'double_column'],
    ['with a quotation that never ends', csvFile('Họ tên,Tuổi', '"Lê Thị Hoa,70', 'Trần,5'), 'open_quote'],
    ['in the font .VnTime', csvFile('Hä vµ tªn,N¨m sinh,Hé nghÌo', 'NguyÔn ThÞ §µo,1950,x'), 'old_font'],
    ['with names in the font .VnTime', csvFile('Họ tên,Tuổi', 'NguyÔn ThÞ §µo,70', 'TrÇn V¨n B×nh,60'), 'old_font'],
    [
      'in Windows-1258',
      Buffer.from([...Buffer.from('Ho ten,Tuoi\r\nNguy'), 0xea, 0xde, ...Buffer.from('n,70\r\n')]),
      'encoding',
    ],
    ['in TCVN3', Buffer.from('H\xe4 t\xaan,Tu\xe6i\r\nNguy\xd4n Th\xde \xa7\xb5o,70\r\n', 'latin1'), 'encoding'],
    ['of too many columns', csvFile(`Họ tên,Tuổi${',x'.repeat(300)}`, 'Hoa,70'), 'too_wide'],
  ])('is refused: one that is %s', async (_, bytes, key) => {
    expect(await faultOf(bytes)).toBe(key)
  })

  it('is refused when it is a workbook that is damaged', async () => {
    const bytes = Buffer.from(await zipped())
    bytes.fill(0xff, 40, 200)

    expect(await faultOf(bytes)).toBe('broken_xlsx')
  })

  it('is refused when it says that it unpacks to gigabytes', async () => {
    const bytes = Buffer.from(await zipped())
    const entry = bytes.indexOf(Buffer.from('PK\x01\x02', 'latin1'))
    bytes.writeUInt32LE(3_000_000_000, entry + 24)

    expect(await faultOf(bytes)).toBe('swells')
  })

  it('may have five thousand people and not one more', async () => {
    const list = (count: number) => csvFile('Họ tên,Tuổi', ...Array.from({ length: count }, () => 'Lê Thị Hoa,70'))

    expect(await rowsIn(list(5_000))).toHaveLength(5_000)
    expect(await read(list(5_001))).toEqual({ fault: { key: 'too_many_rows', values: { rows: 5_001, most: 5_000 } } })
  })

  it('tells which columns are the same', async () => {
    const list = await read(csvFile('Họ tên,Hộ nghèo,Tuổi,HỘ NGHÈO', 'Hoa,x,70,'))

    expect(list).toMatchObject({ fault: { values: { first: 'Hộ nghèo (B)', second: 'HỘ NGHÈO (D)' } } })
  })
})

describe('a file that is read beside the server', () => {
  it('comes back as it would without, in parts of fifty', async () => {
    const file = csvFile(...villageLines(120))

    const list = await readList({ bytes: file, on: DAY, common: {} })

    const parts = 'parts' in list ? list.parts : []
    expect(parts.map((rows) => rows.length)).toEqual([50, 50, 20])
    expect(parts.flat()).toEqual(await rowsIn(file))
  })

  it('is given up when it takes too long', async () => {
    const list = await readList({ bytes: csvFile(...villageLines(2_000)), on: DAY, common: {} }, 1)

    expect(list).toEqual({ fault: { key: 'too_slow' } })
  })

  it('tells its fault, and does not stand in the way of the next', async () => {
    const faulty = readList({ bytes: Buffer.from('%PDF-1.7'), on: DAY, common: {} })
    const sound = readList({ bytes: csvFile('Họ tên,Tuổi', 'Lê Thị Hoa,70'), on: DAY, common: {} })

    expect(await faulty).toEqual({ fault: { key: 'pdf' } })
    expect(await sound).toMatchObject({ parts: [[{ name: 'Lê Thị Hoa' }]] })
  })
})
