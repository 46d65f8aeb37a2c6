import { describe, expect, it } from 'vitest'
import { PureTalk } from '../support/pure-talk.ts'

/** Somebody known, at the menu. */
function atTheMenu(communeCode: string | null = '11953'): PureTalk {
  const talk = new PureTalk()
  talk.consented = true
  talk.communeCode = communeCode
  talk.hears({ kind: 'start', payload: null })
  if (communeCode === null) talk.taps('~skip')
  return talk
}

const ways = (talk: PureTalk) => talk.options().map((option) => option.value)

describe('Somebody who asks how to apply', () => {
  it.each([
    ['thủ tục làm thẻ bảo hiểm y tế cho hộ nghèo', 'cơ quan bảo hiểm xã hội cấp thẻ'],
    ['giay to xin tro cap huu tri xa hoi can nhung gi', 'Văn bản đề nghị hưởng trợ cấp'],
    ['Thủ tục vay vốn tro hộ mới thoát nghèo thế lào?', 'Tổ tiết kiệm và vay vốn'],
    ['quỹ vì người nghèo xin thế nào', 'Mặt trận Tổ quốc'],
    ['đưa con đi cân đo ở đâu', 'trạm y tế'],
  ])('hears it at once: %s', (words, told) => {
    const talk = atTheMenu()

    const answer = talk.says(words)

    expect(answer).toContain(told)
    expect(answer).toContain('Căn cứ: ')
    expect(answer).toContain('Quý vị muốn làm gì tiếp?')
  })

  it('may then have it checked, file it, see the basis, meet an officer or leave', () => {
    const talk = atTheMenu()

    talk.says('giấy tờ xin trợ cấp hưu trí xã hội cần những gì')

    expect(ways(talk)).toEqual(['check', 'request', 'basis', 'officer', 'menu'])
  })

  it('sees document, article, days and confidence one tap away, and goes on from there', () => {
    const talk = atTheMenu()
    talk.says('giấy tờ xin trợ cấp hưu trí xã hội cần những gì')

    const basis = talk.taps('basis')

    expect(basis).toContain('Nghị định 176/2025/NĐ-CP, Điều 2, Điều 3. Áp dụng từ 01/07/2025. Độ tin cậy: cao.')
    expect(basis).toContain('23/11/2026')
    expect(ways(talk)).toContain('request')
  })

  it('asks the next question without going back first', () => {
    const talk = atTheMenu()
    talk.says('giấy tờ xin trợ cấp hưu trí xã hội cần những gì')

    const next = talk.says('mức trợ cấp hưu trí xã hội bao nhiêu')

    expect(next).toContain('ít nhất 500.000 đồng một tháng')
  })

  it('can go back to where the question was asked', () => {
    const talk = atTheMenu()
    talk.says('giấy tờ xin trợ cấp hưu trí xã hội cần những gì')

    talk.says('quay lại')

    expect(talk.session?.flow).toBe('menu')
  })
})

describe('Somebody who asks how much', () => {
  it('of a named loan hears of that loan alone', () => {
    const told = atTheMenu().says('mức vay cho sinh viên là bao nhiêu')

    expect(told).toContain('Vay vốn cho học sinh, sinh viên')
    expect(told).not.toContain('Vay vốn cho hộ nghèo')
  })

  it('of a whole topic hears of the programmes in force', () => {
    const told = atTheMenu().says('mức vay ngân hàng chính sách là bao nhiêu')

    expect(told).toContain('Vay vốn cho hộ nghèo')
    expect(told).toContain('100.000.000 đồng')
  })
})

describe('Somebody who asks whether they may have it', () => {
  it('is asked the questions that decide', () => {
    const talk = atTheMenu()

    talk.says('bà cụ 76 tuổi hộ nghèo có được trợ cấp không')

    expect(talk.session?.flow).toBe('check_topic')
  })

  it('hears an answer where no programme in force decides', () => {
    const talk = atTheMenu()

    const told = talk.says('nhà tôi có được hỗ trợ con giống không')

    expect(talk.session?.flow).toBe('answer')
    expect(told).toContain('đã hết ngày 31/12/2025')
  })
})

describe('Somebody who asks after the review of an answer fell due', () => {
  it('hears no figure, and that an officer will confirm; the request is the first way on', () => {
    const talk = atTheMenu()
    talk.now = new Date('2027-08-02T02:00:00Z')

    const told = talk.says('mức trợ cấp hưu trí xã hội bao nhiêu')

    expect(told).toContain('Cán bộ sẽ xác nhận cho quý vị')
    expect(told).not.toContain('500.000')
    expect(ways(talk)[0]).toBe('request')
  })
})

describe('Somebody whose commune was merged', () => {
  it('is asked for the commune and then hears where to go', () => {
    const talk = atTheMenu(null)
    const asked = talk.says('xã tôi sáp nhập rồi thì nộp ở đâu')

    talk.says('trung nghia')
    const told = talk.taps('11953')

    expect(asked).toContain('Quý vị ở xã, phường nào?')
    expect(told).toContain('UBND phường Phố Hiến')
    expect(told).toContain('không còn cấp huyện')
  })

  it('hears it at once when the commune is known, or when the old one is named', () => {
    const known = atTheMenu('11953').says('xa toi sap nhap roi thi nop o dau')
    const named = atTheMenu(null).says('xã Trung Nghĩa sáp nhập rồi thì nộp giấy tờ ở đâu')

    expect(known).toContain('UBND phường Phố Hiến')
    expect(named).toContain('xã Trung Nghĩa nay thuộc Phường Phố Hiến')
  })

  it('hears of every part when the old commune was divided', () => {
    const told = atTheMenu(null).says('xã Lạc Đạo cũ sáp nhập rồi thì nộp giấy tờ ở đâu')

    expect(told).toContain('xã Lạc Đạo đã chia về: ')
    expect(told).toContain('trưởng thôn')
  })

  it('gets the way in general when the commune is left out', () => {
    const talk = atTheMenu(null)
    talk.says('xã tôi sáp nhập rồi thì nộp ở đâu')

    const told = talk.taps('~skip')

    expect(told).toContain('ở xã, phường mới nơi mình ở')
  })

  it('is sent for a loan to the bank, which no merger moved', () => {
    const told = atTheMenu('11953').says('hết cấp huyện rồi thì nộp hồ sơ vay vốn ở đâu')

    expect(told).toContain('nơi nhận là Chi nhánh Ngân hàng Chính sách xã hội tỉnh')
  })

  it('hears which department it was before and which it is now', () => {
    const told = atTheMenu('11953').says('thủ tục trợ cấp người khuyết tật thì gặp ai')

    expect(told).toContain('Sở Y tế')
    expect(told).toContain('Trước ngày 01/03/2025 là Sở Lao động - Thương binh và Xã hội')
  })
})

describe('Somebody who reads English', () => {
  it('gets the answer and its basis in English', () => {
    const talk = atTheMenu()
    talk.says('english')

    const told = talk.says('mức trợ cấp hưu trí xã hội bao nhiêu')
    const basis = talk.taps('basis')

    expect(told).toContain('The province may give more')
    expect(basis).toContain('Confidence: high.')
  })
})
