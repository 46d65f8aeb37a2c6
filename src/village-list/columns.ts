/**
 * Which column of a list says what, by the words of its heading, with diacritics or without. Only columns named here are
 * read and kept; everything else of the file (identity numbers, phones, addresses) is let go. Pure.
 */
import { matchHeading } from '../spreadsheet/match-heading.ts'
import { folded, hasWords } from '../spreadsheet/words.ts'

/** Column id → folded words of headings. Of several that fit a heading the longest words win. */
const HEADINGS = {
  name: [
    'ho ten',
    'ho va ten',
    'ho va ten thanh vien',
    'ho ten thanh vien',
    'ten thanh vien',
    'ho ten nguoi dan',
    'full name',
  ],
  head: ['chu ho', 'ten chu ho', 'ho ten chu ho', 'ho va ten chu ho'],
  village: ['thon', 'xom', 'to dan pho', 'tdp', 'khu pho', 'thon xom', 'dia chi thon', 'thon to dan pho', 'khu dan cu'],
  birth: ['ngay sinh', 'ngay thang nam sinh', 'ngay thang sinh', 'sinh ngay', 'ntns'],
  birthYear: ['nam sinh', 'sinh nam'],
  age: ['tuoi', 'so tuoi', 'do tuoi'],
  sex: ['gioi tinh', 'gioi', 'phai', 'nam nu'],
  male: ['nam', 'nam sinh nam', 'ngay sinh nam', 'gioi tinh nam', 'ngay thang nam sinh nam'],
  female: ['nu', 'nam sinh nu', 'ngay sinh nu', 'gioi tinh nu', 'ngay thang nam sinh nu'],
  status: [
    'dien ho',
    'loai ho',
    'phan loai ho',
    'doi tuong ho',
    'tinh trang ho',
    'thuoc dien',
    'ho ngheo can ngheo',
    'muc song',
    'ket qua ra soat',
    'ngheo can ngheo',
  ],
  poor: ['ho ngheo', 'ngheo', 'hn', 'ho ngheo hn'],
  nearPoor: ['ho can ngheo', 'can ngheo', 'hcn', 'cn', 'ho can ngheo hcn'],
  escaped: ['thoat ngheo', 'moi thoat ngheo', 'ho moi thoat ngheo', 'ho thoat ngheo'],
  escapedOn: ['ngay thoat ngheo', 'thang thoat ngheo', 'thoi diem thoat ngheo', 'nam thoat ngheo', 'thoat ngheo tu'],
  disability: ['khuyet tat', 'muc do khuyet tat', 'muc khuyet tat', 'nguoi khuyet tat', 'nkt'],
  pension: ['luong huu', 'huong luong huu', 'dang huong luong huu', 'luong huu tro cap bhxh', 'luong huu bhxh'],
  pensionAmount: ['muc luong huu', 'tien luong huu', 'so tien luong huu'],
  allowance: [
    'tro cap xa hoi',
    'tro cap xa hoi hang thang',
    'bao tro xa hoi',
    'btxh',
    'tcxh',
    'tro cap hang thang',
    'dang huong btxh',
    'huong tro cap xa hoi',
    'doi tuong btxh',
  ],
  socialPension: ['tro cap huu tri xa hoi', 'huu tri xa hoi'],
  school: [
    'dang hoc',
    'dang hoc lop',
    'hoc lop',
    'lop',
    'cap hoc',
    'bac hoc',
    'trinh do dang hoc',
    'hoc sinh lop',
    'hoc sinh sinh vien',
  ],
  publicSchool: ['truong cong', 'truong cong lap', 'cong lap'],
  merit: ['nguoi co cong', 'ncc', 'gia dinh chinh sach', 'nguoi co cong voi cach mang'],
  ethnicity: ['dan toc'],
  orphan: ['mo coi'],
  alone: ['song mot minh', 'neo don', 'don than neo don', 'song don than'],
  singleParent: ['don than nuoi con', 'nguoi don than nuoi con', 'me don than', 'mot minh nuoi con'],
  marital: ['hon nhan', 'tinh trang hon nhan'],
  obligor: [
    'nguoi phung duong',
    'nghia vu phung duong',
    'nguoi co nghia vu phung duong',
    'co nguoi phung duong',
    'con chau phung duong',
  ],
  pregnant: ['mang thai', 'co thai', 'phu nu mang thai'],
  hiv: ['hiv', 'nhiem hiv'],
  occupation: ['nghe nghiep', 'nghe'],
  workCapacity: ['kha nang lao dong', 'con kha nang lao dong', 'suc lao dong'],
  income: ['thu nhap binh quan', 'thu nhap dau nguoi', 'thu nhap binh quan dau nguoi', 'tnbq'],
  size: ['nhan khau', 'so nhan khau', 'so khau', 'so nguoi trong ho', 'so thanh vien'],
  deprivations: [
    'thieu hut',
    'so thieu hut',
    'so chi so thieu hut',
    'chi so thieu hut',
    'so chi so thieu hut dich vu xa hoi',
  ],
  electricity: ['so dien', 'so kwh', 'kwh', 'dien tieu thu', 'dien su dung'],
  latrine: ['nha tieu', 'nha ve sinh', 'ho xi hop ve sinh', 'nha tieu hop ve sinh'],
  water: ['nuoc sach', 'nuoc hop ve sinh', 'nguon nuoc hop ve sinh'],
  area: ['khu vuc', 'thanh thi nong thon', 'nong thon thanh thi'],
} as const satisfies Record<string, readonly string[]>

export type ColumnId = keyof typeof HEADINGS

/** Headings that hold one of the words above and mean something else. */
const NOT_OURS = [
  'quan he voi chu ho',
  'quan he',
  'ma ho',
  'ma chu ho',
  'so cccd',
  'cccd',
  'cmnd',
  'dien thoai',
  'nam ra soat',
  'nam cap',
  'ngay cap',
  'dang tat',
  'dang khuyet tat',
  'so con nguoi',
  'ghi chu',
  'ten xa',
  'noi sinh',
  'nhom tuoi',
  'ngay ra soat',
  'ngay vao so',
  'nam vao danh sach',
]

/** Single words that mean their column also among others: "Thôn (xóm)", "Tuổi (năm)". */
const OWN_WORDS = new Set(['thon', 'xom', 'tuoi', 'hiv', 'kwh', 'ncc', 'btxh', 'lop', 'tdp'])

/** What a heading says, or null when nothing that is read. */
export function columnOf(heading: string): ColumnId | null {
  const id = matchHeading<ColumnId>(heading, { headings: HEADINGS, notOurs: NOT_OURS, ownWords: OWN_WORDS })
  // "Hộ nghèo/hộ cận nghèo" names both: its cells say which.
  const isBoth = id === 'nearPoor' && hasWords(folded(heading).replace(/\bcan ngheo\b/g, ' '), 'ngheo')
  return isBoth ? 'status' : id
}

/** The headings of the template, in its order; texts: `village.column.<id>`. */
export const TEMPLATE: readonly ColumnId[] = [
  'name',
  'village',
  'birth',
  'sex',
  'status',
  'disability',
  'pension',
  'allowance',
  'school',
  'alone',
  'obligor',
  'merit',
  'ethnicity',
  'occupation',
]

/** Columns that say when somebody was born; one of them at least makes a list worth reading. */
export const ABOUT_AGE: readonly ColumnId[] = ['birth', 'birthYear', 'age', 'male', 'female']
