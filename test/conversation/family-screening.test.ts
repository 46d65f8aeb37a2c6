import { describe, expect, it } from 'vitest'
import { PureTalk } from '../support/pure-talk.ts'

const DAY_MS = 86_400_000

/** Somebody known, standing at the menu. */
function aPerson(options: { consented?: boolean } = {}): PureTalk {
  const talk = new PureTalk()
  talk.consented = options.consented ?? true
  talk.communeCode = '11953'
  talk.hears({ kind: 'start', payload: null })
  talk.says('menu')
  return talk
}

/** The same person when the session is long gone and only what was kept remains. */
function comesBack(before: PureTalk, days: number): PureTalk {
  const talk = aPerson({ consented: before.consented })
  talk.profile = before.profile
  talk.now = new Date(before.now.getTime() + days * DAY_MS)
  return talk
}

/** Answers "no" or "I don't know" to whatever is asked until the results stand. */
function answersNothingMore(talk: PureTalk): PureTalk {
  for (let turn = 0; turn < 30 && talk.session?.waiting.kind !== 'results'; turn++) {
    const values = talk.options().map((option) => option.value)
    talk.taps(['~skip', '~unknown'].find((value) => values.includes(value)) ?? values[0] ?? '')
  }
  return talk
}

const labels = (talk: PureTalk) => talk.offered().map((offered) => offered.words)
const waiting = (talk: PureTalk) => talk.session?.waiting.kind

describe('a first sentence that tells for whom and what', () => {
  it('is shown back in one message, and only what is missing is asked', () => {
    const talk = aPerson()

    const said = talk.says('bà cụ 76 tuổi hộ nghèo có được trợ cấp không')

    expect(said).toContain('Tôi hiểu là: hộ nghèo; bà cụ 76 tuổi.')
    expect(labels(talk)).toEqual(['Đúng', 'Sửa'])
    expect(talk.says('đúng rồi')).toContain('lương hưu')
    expect(talk.session?.answers).toMatchObject({ household_status: 'poor', age: 76 })
  })

  it('is put right fact by fact, without losing the others', () => {
    const talk = aPerson()
    talk.says('bà cụ 76 tuổi hộ nghèo có được trợ cấp không')

    talk.taps('correct')
    talk.taps('household_status')
    talk.says('hộ cận nghèo')

    expect(talk.session?.answers).toMatchObject({ household_status: 'near_poor', age: 76 })
    expect(waiting(talk)).toBe('question')
  })

  it('may be bettered in own words', () => {
    const talk = aPerson()
    talk.says('bà cụ 76 tuổi hộ nghèo có được trợ cấp không')

    const said = talk.says('nhà tôi là hộ cận nghèo')

    expect(said).toContain('hộ cận nghèo; bà cụ 76 tuổi')
  })

  it('has what is private used, but not repeated', () => {
    const talk = aPerson()

    const said = talk.says('mẹ tôi 62 tuổi khuyết tật nặng hộ nghèo có được trợ cấp không')

    expect(talk.session?.answers.disability).toBe('severe')
    expect(said).not.toContain('khuyết tật')
    expect(said).toContain('hoàn cảnh riêng')
    expect(JSON.stringify(talk.profile)).not.toContain('severe')
  })

  it('about the household alone asks for whom, except where it is the household that gets the help', () => {
    const person = aPerson()
    person.says('nhà tôi hộ nghèo, xem được trợ cấp gì')
    const household = aPerson()
    household.says('ho ngheo co duoc ho tro tien dien khong')

    expect(waiting(person)).toBe('member')
    expect(waiting(household)).toBe('question')
  })
})

describe('a family in one talk', () => {
  it('tells the household once; each member is told in own words or by kin and age', () => {
    const talk = aPerson()
    talk.taps('check')
    talk.taps('member:self')
    talk.says('hộ nghèo')
    answersNothingMore(talk)

    talk.taps('another')
    talk.taps('~other')
    talk.says('Mẹ tôi 76 tuổi')

    expect(talk.session?.answers).toMatchObject({ household_status: 'poor', age: 76 })
    expect(waiting(talk)).toBe('question')
    answersNothingMore(talk)
    talk.taps('another')
    talk.taps('~other')
    talk.taps('kin:grandchild')
    expect(talk.says('4')).not.toContain('diện nào')
    expect(talk.session?.answers).toMatchObject({ household_status: 'poor', age: 4 })
  })

  it('offers those already spoken of by name and age, and lists what each may hope for', () => {
    const talk = aPerson()
    talk.says('bà cụ 76 tuổi hộ nghèo có được trợ cấp không')
    talk.taps('yes')
    talk.says('không có')
    answersNothingMore(talk)

    talk.taps('another')
    expect(labels(talk)).toContain('Bà cụ, 76 tuổi')
    talk.taps('member:self')
    talk.says('45')
    answersNothingMore(talk)

    const overview = talk.taps('family')
    expect(overview).toContain('Bà cụ, 76 tuổi:\n• ')
    expect(overview).toContain('Trợ cấp hưu trí xã hội')
    expect(overview).toContain('Tôi, 45 tuổi:')
  })

  it('has two children of one name kept apart by their ages', () => {
    const talk = aPerson()
    talk.taps('check')
    talk.says('con tôi 4 tuổi')
    talk.says('hộ nghèo')
    answersNothingMore(talk)
    talk.taps('another')

    talk.says('con tôi 15 tuổi')

    expect(talk.session?.family?.members.map(({ facts }) => facts.age?.value)).toEqual(expect.arrayContaining([4, 15]))
  })
})

describe('an answer that is put right after the results', () => {
  it('has only what depends on it asked again', () => {
    const talk = aPerson()
    talk.taps('check')
    talk.says('con tôi 4 tuổi')
    for (let turn = 0; turn < 10 && !('student_level' in (talk.session?.answers ?? {})); turn++) {
      const { waiting } = talk.session ?? {}
      if (waiting?.kind === 'question' && waiting.id === 'student_level') talk.taps('preschool')
      else if (waiting?.kind === 'question' && waiting.id === 'household_status') talk.taps('poor')
      else talk.taps('~unknown')
    }
    answersNothingMore(talk)

    talk.taps('correct')
    talk.taps('age')
    talk.says('76')

    expect(talk.session?.answers).toMatchObject({ household_status: 'poor', age: 76 })
    expect(talk.session?.answers).not.toHaveProperty('student_level')
  })

  it('never offers what only follows from the commune as something the person said', () => {
    const talk = aPerson()
    talk.taps('check')
    talk.taps('member:self')
    talk.says('hộ nghèo')
    answersNothingMore(talk)

    talk.taps('correct')

    const offered = talk.options().map((option) => option.value)
    expect(offered).toContain('household_status')
    expect(offered).not.toContain('area')
  })

  it('may be one that was only assumed for the programme looked at', () => {
    const talk = aPerson()
    talk.says('tôi 45 tuổi hộ cận nghèo, xem được thẻ bảo hiểm y tế không')
    talk.taps('yes')
    answersNothingMore(talk)
    talk.taps('detail:bhyt_free_card')

    talk.taps('correct')
    const assumed = talk.options().map(({ value }) => value)
    talk.taps('merit')

    expect(assumed).toContain('merit')
    expect(talk.session?.waiting).toMatchObject({ kind: 'question', id: 'merit' })
  })
})

describe('somebody who comes back after a month', () => {
  function talkedBefore(options: { consented: boolean }): PureTalk {
    const talk = aPerson(options)
    talk.says('mẹ tôi 76 tuổi hộ nghèo có được trợ cấp không')
    talk.taps('yes')
    talk.says('không có')
    return answersNothingMore(talk)
  }

  it('reads what is known and from when, and is not asked for it again', () => {
    const talk = comesBack(talkedBefore({ consented: true }), 30)

    talk.taps('check')
    const member = talk.options().find(({ label }) => label === 'Mẹ, 76 tuổi')?.value ?? ''
    const recap = talk.taps(member)

    expect(recap).toContain('• 23/11/2026: ')
    expect(recap).toContain('hộ nghèo')
    talk.taps('yes')
    expect(talk.session?.answers).toMatchObject({ household_status: 'poor', age: 76, pension: 'none' })
  })

  it('finds a year on that the age went on and the status has to be said anew', () => {
    const talk = comesBack(talkedBefore({ consented: true }), 366)

    talk.taps('check')
    talk.taps(talk.options().find(({ label }) => label === 'Mẹ, 77 tuổi')?.value ?? '')

    expect(talk.session?.answers.age).toBe(77)
    expect(talk.session?.answers).not.toHaveProperty('household_status')
  })

  it('is a stranger when they never consented', () => {
    const before = talkedBefore({ consented: false })
    const talk = comesBack(before, 30)

    talk.taps('check')

    expect(before.profile).toBeNull()
    expect(labels(talk)).toEqual(['Cho tôi', 'Người khác trong nhà'])
  })

  it('has it kept from the moment of consent, and forgotten on request', () => {
    const talk = talkedBefore({ consented: false })

    talk.taps('file:social_assistance')
    talk.says('Mẹ tôi 76 tuổi, nhà nghèo, xin trợ cấp hằng tháng')
    for (let turn = 0; turn < 10 && talk.session?.waiting.kind === 'question'; turn++) {
      const { waiting } = talk.session
      if (waiting.id.includes('name')) talk.says('Nguyễn Thị Lan')
      else talk.taps('~skip')
    }
    talk.taps('send')
    talk.taps('agree')
    expect(talk.profile?.household.household_status?.value).toBe('poor')

    talk.says('xóa dữ liệu của tôi')
    talk.taps('yes')
    expect(talk.profile).toBeNull()
  })
})

describe('special circumstances', () => {
  it('are asked in one open question before the results, not one by one', () => {
    const talk = aPerson()
    talk.taps('check')
    talk.taps('member:self')
    talk.says('hộ cận nghèo')
    for (let turn = 0; turn < 20 && waiting(talk) === 'question'; turn++) {
      const id = talk.session?.waiting.kind === 'question' ? talk.session.waiting.id : ''
      expect(talk.definitions.eligibility.facts.get(id)?.sensitive).toBe(false)
      talk.taps('~unknown')
    }

    expect(waiting(talk)).toBe('themes')
    expect(talk.options().map(({ value }) => value)).toEqual(expect.arrayContaining(['disability', 'merit', '~skip']))
    talk.taps('~skip')
    expect(waiting(talk)).toBe('results')
  })

  it('once named are told of the right person, then asked for again until there is nobody more', () => {
    const talk = aPerson()
    talk.taps('check')
    talk.taps('member:self')
    for (let turn = 0; turn < 20 && waiting(talk) === 'question'; turn++) talk.taps('~unknown')

    talk.taps('disability')
    talk.says('con tôi 9 tuổi')

    expect(talk.session?.waiting).toEqual({ kind: 'question', id: 'disability' })
    talk.taps('severe')
    expect(talk.session?.answers).toMatchObject({ age: 9, disability: 'severe' })
  })

  it('name facts that exist and can be asked', () => {
    const { flows, eligibility } = new PureTalk().definitions
    const themes = [...flows.values()].flatMap((flow) =>
      Object.values(flow.steps).flatMap((step) => ('screen' in step ? Object.values(step.themes).flat() : [])),
    )

    expect(themes.length).toBeGreaterThan(5)
    expect(themes.filter((id) => eligibility.facts.get(id)?.ask !== true)).toEqual([])
  })
})

describe('the details of a programme', () => {
  function atResults(sentence: string): PureTalk {
    const talk = aPerson()
    talk.says(sentence)
    talk.taps('yes')
    talk.says('không có')
    return answersNothingMore(talk)
  }

  it('keep the legal basis one tap away', () => {
    const talk = atResults('bà cụ 76 tuổi hộ nghèo có được trợ cấp không')

    const detail = talk.taps('detail:social_pension')
    const basis = talk.taps('basis')

    expect(detail).not.toContain('Căn cứ:')
    expect(basis).toContain('Căn cứ: Luật Bảo hiểm xã hội 41/2024/QH15, Điều 21.')
  })

  it('tell after a refusal which single thing would change it, and what else may help', () => {
    const talk = atResults('bà cụ 68 tuổi hộ cận nghèo có được trợ cấp không')

    const detail = talk.taps('detail:social_pension')

    expect(detail).toContain('• Khi đủ 70 tuổi.')
    expect(detail).not.toContain('Nếu xã rà soát')
  })
})

describe('a request after a screening', () => {
  it('carries the screening of the member it was about, with their name', () => {
    const talk = aPerson()
    talk.says('bà cụ 76 tuổi hộ nghèo có được trợ cấp không')
    talk.taps('yes')
    talk.says('không có')
    answersNothingMore(talk)

    talk.taps('file:social_assistance')

    expect(JSON.parse(talk.session?.subject.facts ?? '{}')).toMatchObject({
      member: 'Bà cụ, 76 tuổi',
      facts: { household_status: 'poor', age: 76, pension: 'none' },
    })
  })
})
