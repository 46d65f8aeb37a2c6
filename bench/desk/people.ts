/** People who do not exist: names as common as they are in the province, and what they say, sealed as the product does. */
import { hashesOfAnswers } from '../../src/desk/search-terms.ts'
import { newId } from '../../src/ids.ts'
import { searchHashesOf } from '../../src/register/keys.ts'
import { type Secrets, seal, sealJson } from '../../src/secrets.ts'

const FAMILY = [
  'Nguyễn',
  'Trần',
  'Lê',
  'Phạm',
  'Hoàng',
  'Vũ',
  'Đặng',
  'Bùi',
  'Đỗ',
  'Đào',
  'Phan',
  'Dương',
  'Lương',
  'Đoàn',
]
const MIDDLE = ['Thị', 'Văn', 'Đức', 'Hữu', 'Ngọc', 'Minh', 'Thu', 'Xuân', 'Quang', 'Thanh']
const GIVEN = [
  'Lan',
  'Hùng',
  'Hoa',
  'Dũng',
  'Mai',
  'Tuấn',
  'Hương',
  'Sơn',
  'Thảo',
  'Bình',
  'Yến',
  'Long',
  'Nga',
  'Khánh',
]

/** How many there are to draw from; the first ones are drawn most often. */
const PEOPLE = 1_000

export interface ModelPerson {
  name: string
  sealedKey: Buffer
  sealedAddress: Buffer
  sealedAnswers: Buffer
  sealedWords: Buffer[]
  sealedResolution: Buffer
  ticketHashes: string[]
  sealedWho: Buffer
  registerHashes: string[]
}

export function modelPeople(secrets: Secrets): ModelPerson[] {
  return Array.from({ length: PEOPLE }, (_, index) => modelPerson(secrets, index))
}

function modelPerson(secrets: Secrets, index: number): ModelPerson {
  const { key, sealed } = secrets.newPersonKey()
  const name = nameOf(index)
  const answers = [
    { id: 'full_name', label: 'Họ và tên', value: name },
    { id: 'phone', label: 'Số điện thoại', value: `09${String(12_000_000 + index * 7_919).slice(-8)}` },
    {
      id: 'story',
      label: 'Việc đã xảy ra',
      value: 'Nhà tôi muốn hỏi về thẻ bảo hiểm y tế của cháu, chưa thấy xã gọi.',
    },
    { id: 'household_status', label: 'Hộ', value: index % 3 === 0 ? 'Hộ nghèo' : 'Hộ cận nghèo' },
  ]
  const words = [
    'Nhà tôi nộp giấy từ tháng trước mà chưa thấy thẻ. Nhờ cán bộ xem giúp.',
    `Chào ông/bà ${name}. Tôi đã xem hồ sơ, xin ông/bà gửi thêm ảnh giấy chứng nhận hộ.`,
    'Tôi gửi rồi đấy ạ, cán bộ xem có rõ không.',
    'Ảnh rõ. Thẻ sẽ có trong tuần sau, xã sẽ báo ông/bà đến nhận.',
  ]
  const who = {
    name,
    birth: '1961',
    sex: null,
    village: `Thôn ${1 + (index % 12)}`,
    identity: '',
    certificate: `HN-${index}`,
    certificateYear: 2025,
    decision: '12/QĐ-UBND',
    decisionDate: '2025-12-20',
    members: [{ name: nameOf(index + 31), birth: '2012', sex: null, relation: 'cháu' }],
  }
  return {
    name,
    sealedKey: sealed,
    sealedAddress: seal(key, Buffer.from(newId())),
    sealedAnswers: sealJson(key, answers),
    sealedWords: words.map((text) => sealJson(key, { text, actions: [], attachmentIds: [] })),
    sealedResolution: sealJson(key, {
      reason: 'Hộ có tên trong danh sách hộ cận nghèo năm nay.',
      basis: null,
      nextStep: 'Đến Ủy ban nhân dân xã nhận thẻ.',
      text: null,
    }),
    ticketHashes: hashesOfAnswers(secrets, answers),
    sealedWho: sealJson(key, who),
    registerHashes: searchHashesOf(secrets, who),
  }
}

/** The first person bears the most frequent name of all. */
export function nameOf(index: number): string {
  const part = (of: readonly string[], nth: number) => of[nth % of.length] ?? ''
  return `${part(FAMILY, Math.floor(index / 7))} ${part(MIDDLE, Math.floor(index / 3))} ${part(GIVEN, index)}`
}
