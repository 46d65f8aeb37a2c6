import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readUrgency, urgencyOf } from '../../src/understanding/urgency.ts'

const read = readUrgency(join(import.meta.dirname, '../../flows'))
if ('faults' in read) throw new Error(JSON.stringify(read.faults))
const kinds = read.value

describe('A cry for help in the words of the trial', () => {
  it.each([
    ['my husband hits me every night', 'violence'],
    ['chồng uýnh tôi hoài', 'violence'],
    ['chồng tôi hay oánh tôi lắm', 'violence'],
    ['nó tẩn tôi một trận', 'violence'],
    ['ck e dap dau e vao tuong', 'violence'],
    ['tôi bị hàng xóm hành hung', 'violence'],
    ['hắn đe dọa mẹ con tôi', 'violence'],
    ['nó đòi đốt nhà', 'violence'],
    ['cứu tôi với', 'violence'],
    ['cuu voi', 'violence'],
    ['thằng bác sờ mó cháu gái tôi', 'child_at_risk'],
    ['chu no so soang con toi', 'child_at_risk'],
    ['con gái tôi mới 14 tuổi mà có bầu', 'child_at_risk'],
    ['con gai em 13t co thai roi', 'child_at_risk'],
    ['ai bỏ rơi một đứa bé ở cổng chùa', 'child_at_risk'],
    ['he is hurting my child', 'child_at_risk'],
    ['con chau nha toi mat tich', 'child_at_risk'],
    ['con lon nha toi mat tich 2 ngay roi', 'child_at_risk'],
    ['chúng nó bắt em gái tôi tiếp khách', 'trafficking'],
    ['họ đưa cháu qua biên giới rồi', 'trafficking'],
    ['cháu tôi bị bạn lừa sang Myanmar', 'trafficking'],
    ['em nó lừa sang campuchia làm việc', 'trafficking'],
    ['công ty giữ hộ chiếu không cho tôi về', 'trafficking'],
    ['ngày mốt em phải ra tòa', 'court_date'],
    ['ngày kia tôi lên tòa', 'court_date'],
    ['ba hôm nữa tòa xử rồi', 'court_date'],
    ['tuần sau xét xử em trai tôi', 'court_date'],
    ['I have a court hearing on Monday', 'court_date'],
    ['I have no food for my kids', 'no_food_or_shelter'],
    ['từ hôm qua chưa ăn gì', 'no_food_or_shelter'],
    ['nhà hết cả tiền mua gạo', 'no_food_or_shelter'],
    ['mẹ con tôi ngủ ngoài bến xe', 'no_food_or_shelter'],
    ['tối nay ngủ đâu bây giờ', 'no_food_or_shelter'],
    ['nhà tôi bị cháy rụi', 'no_food_or_shelter'],
    ['nhà sập tối qua', 'no_food_or_shelter'],
    ['con toi doi qua', 'no_food_or_shelter'],
    ['mấy đứa con nhà tôi đói', 'no_food_or_shelter'],
    ['we sleep on the street', 'no_food_or_shelter'],
    ['chủ trọ đuổi mẹ con tôi', 'no_food_or_shelter'],
    ['tôi muốn chết', 'self_harm'],
    ['toi chan song lam roi', 'self_harm'],
    ['em không muốn sống nữa', 'self_harm'],
    ['vợ tôi đòi tự tử', 'self_harm'],
    ['con toi doi tu tu', 'self_harm'],
    ['mẹ tôi tự vẫn hụt', 'self_harm'],
    ['I want to die', 'self_harm'],
    ['lợn chết hết, nợ nần, tôi muốn chết', 'self_harm'],
    ['tôi muốn chết vì bị mọi người cười chê', 'self_harm'],
    ['em gai toi ra nuoc ngoai bi ban', 'trafficking'],
    ['con bo nha di mat tich', 'child_at_risk'],
    ['tuần sau xét xử con tôi, nhà tôi hộ nghèo', 'court_date'],
    ["I don't want to live", 'self_harm'],
  ] as const)('"%s" is noticed as %s', (text, kind) => {
    const found = urgencyOf(text, kinds)

    expect(found).toContain(kind)
  })

  it('is heard at the end of a long story', () => {
    const story = 'nhà tôi ở thôn Đoài làm ruộng nuôi lợn. '

    const found = [60, 1_000, 5_000].map((times) => urgencyOf(`${story.repeat(times)} chồng tôi đánh tôi`, kinds))

    expect(found).toEqual([['violence'], ['violence'], ['violence']])
  })

  it('is heard where a long story has no spaces', () => {
    const found = urgencyOf(`${'x'.repeat(4_500)} tôi muốn chết`, kinds)

    expect(found).toEqual(['self_harm'])
  })

  it('costs little time, whatever is typed', () => {
    const texts = ['chồng đánh giá '.repeat(20_000), 'con con con con '.repeat(20_000), 'a'.repeat(300_000)]
    const start = performance.now()

    for (const text of texts) urgencyOf(text, kinds)

    expect(performance.now() - start).toBeLessThan(3_000)
  })

  it('is not taken for hunger when a child speaks of dying', () => {
    const found = urgencyOf('con toi doi tu tu', kinds)

    expect(found).not.toContain('no_food_or_shelter')
  })
})

describe('Everyday words that sounded like danger in the trial', () => {
  it.each([
    'con tôi bị đánh rớt khỏi danh sách hộ nghèo',
    'con bò nhà tôi mất tích',
    'con trâu nhà tôi mất tích',
    'con lợn nhà tôi mất tích',
    'con chó nhà tôi mất tích',
    'con trau nha toi mat tich',
    'nhà tôi ở ngoài đường 39',
    'nha toi o ngoai duong 39',
    'nhà hết gạo nếp',
    'chủ trọ đuổi giá điện',
    'chồng đánh xe đi làm xa',
    'chong danh xe di lam xa',
    'cầm dao thái rau',
    'lịch xét xử của xã',
    'không có chỗ ở ổn định',
    'công ty giữ hộ chiếu khi đi Nhật có đúng không',
    'hồ sơ bị bán đi đâu',
    'ho so bi ban di dau',
    'muốn chết đi được vì buồn cười',
    'cây chết',
    'lợn chết',
    'lợn chết hết rồi có được đền bù không',
    'cần tư vấn luật',
    'can tu van luat dat dai',
    'ho so mo o dau',
    'cho toi tra cuu voi',
    'toi ten la Oanh o thon Doai',
    'chồng tôi tan ca lúc 6 giờ',
    'chong toi tan tat',
    'con toi doi di hoc nghe',
    'con gái tôi 28 tuổi có bầu',
    'nước giếng bị bẩn',
    'nuoc gieng bi ban',
    'tuần sau xử lý hồ sơ của tôi',
    'cu tu tu toi gui giay',
    'con tôi đòi mua điện thoại',
    'bố tôi bị tàn tật',
    'thật có hỗ trợ không',
    'that co ho tro khong',
    'giam gia dien cho ho ngheo',
    'chuyen dat lua sang trong cay an qua',
    'don xin tro cap cua con toi toi dau roi',
    'gioi qua',
    'bao hanh san pham loi',
    'I need a job',
    'free lawyer',
    'I want to learn sewing',
  ])('"%s" raises no alarm', (text) => {
    const found = urgencyOf(text, kinds)

    expect(found).toEqual([])
  })
})
