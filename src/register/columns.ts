/** Which column of a commune's list says what, by the words of its heading. Columns not named here are not kept. Pure. */
import { matchHeading } from '../spreadsheet/match-heading.ts'
import { folded, hasWords } from '../spreadsheet/words.ts'

/** The twelve indicators of lack, in the order of the review form, each under one of the six dimensions. */
const LACKS = {
  lackJob: ['viec lam', 'thieu viec lam'],
  lackCarers: ['nguoi phu thuoc', 'nguoi phu thuoc trong ho', 'nguoi phu thuoc trong ho gia dinh'],
  lackNutrition: ['dinh duong'],
  lackInsurance: ['bao hiem y te', 'bhyt', 'the bhyt'],
  lackSchooling: ['trinh do giao duc cua nguoi lon', 'trinh do giao duc nguoi lon', 'giao duc nguoi lon'],
  lackAttendance: ['tinh trang di hoc cua tre em', 'tinh trang di hoc', 'di hoc cua tre em', 'tre em di hoc'],
  lackSoundHouse: ['chat luong nha o', 'chat luong nha'],
  lackSpace: ['dien tich nha o binh quan dau nguoi', 'dien tich nha o', 'dien tich nha o binh quan'],
  lackWater: ['nguon nuoc sinh hoat', 'nuoc sinh hoat', 'nuoc sach'],
  lackLatrine: ['nha tieu hop ve sinh', 'nha tieu', 'nha ve sinh'],
  lackTelecom: ['su dung dich vu vien thong', 'dich vu vien thong', 'vien thong'],
  lackDevices: [
    'phuong tien phuc vu tiep can thong tin',
    'phuong tien tiep can thong tin',
    'phuong tien phuc vu thong tin',
  ],
  lackHealth: ['y te'],
  lackEducation: ['giao duc'],
  lackHousing: ['nha o'],
  lackSanitation: ['nuoc sinh hoat va ve sinh', 'nuoc sach va ve sinh', 'nuoc sinh hoat ve sinh', 'nuoc va ve sinh'],
  lackInformation: ['thong tin'],
} as const satisfies Record<string, readonly string[]>
export type LackColumn = keyof typeof LACKS
export const LACK_COLUMNS = Object.keys(LACKS) as LackColumn[]

const HEADINGS = {
  name: [
    'ho ten',
    'ho va ten',
    'ho ten thanh vien',
    'ho va ten thanh vien',
    'ten thanh vien',
    'thanh vien',
    'full name',
  ],
  head: ['chu ho', 'ten chu ho', 'ho ten chu ho', 'ho va ten chu ho', 'ho va ten chu ho gia dinh'],
  code: ['ma ho', 'ma so ho', 'ma ho gia dinh', 'so thu tu ho', 'stt ho'],
  relation: ['quan he voi chu ho', 'quan he', 'moi quan he'],
  village: ['thon', 'xom', 'to dan pho', 'tdp', 'khu pho', 'thon xom', 'thon to dan pho', 'khu dan cu'],
  commune: ['xa', 'xa phuong', 'xa cu', 'xa phuong thi tran', 'ten xa', 'xa phuong cu'],
  birth: ['ngay sinh', 'ngay thang nam sinh', 'ngay thang sinh', 'sinh ngay', 'ntns'],
  birthYear: ['nam sinh', 'sinh nam'],
  sex: ['gioi tinh', 'gioi', 'phai', 'nam nu'],
  male: ['nam', 'nam sinh nam', 'ngay sinh nam', 'gioi tinh nam', 'ngay thang nam sinh nam'],
  female: ['nu', 'nam sinh nu', 'ngay sinh nu', 'gioi tinh nu', 'ngay thang nam sinh nu'],
  identity: [
    'cccd',
    'so cccd',
    'cmnd',
    'so cmnd',
    'cmnd cccd',
    'cccd cmnd',
    'so cmnd cccd',
    'so cccd cmnd',
    'so dinh danh',
    'so dinh danh ca nhan',
    'ma dinh danh',
    'so can cuoc',
    'can cuoc cong dan',
    'so can cuoc cong dan',
  ],
  certificate: [
    'so giay chung nhan',
    'giay chung nhan so',
    'giay chung nhan',
    'so gcn',
    'gcn',
    'gcn so',
    'so giay chung nhan ho ngheo',
    'so gcn ho ngheo',
  ],
  certificateYear: ['nam cap', 'nam cap gcn', 'nam cap giay chung nhan', 'nam giay chung nhan', 'nam gcn'],
  decision: ['so quyet dinh', 'quyet dinh so', 'quyet dinh', 'so qd', 'qd so', 'so quyet dinh cong nhan'],
  decisionDate: ['ngay quyet dinh', 'ngay ra quyet dinh', 'ngay ky quyet dinh', 'ngay qd', 'ngay ky', 'ngay ky qd'],
  status: [
    'dien ho',
    'loai ho',
    'phan loai ho',
    'doi tuong ho',
    'tinh trang ho',
    'thuoc dien',
    'ho ngheo can ngheo',
    'ngheo can ngheo',
    'ket qua ra soat',
  ],
  poor: ['ho ngheo', 'ngheo', 'hn', 'ho ngheo hn'],
  nearPoor: ['ho can ngheo', 'can ngheo', 'hcn', 'cn', 'ho can ngheo hcn'],
  escaped: ['thoat ngheo', 'moi thoat ngheo', 'ho moi thoat ngheo', 'ho thoat ngheo'],
  escapedOn: ['ngay thoat ngheo', 'thoi diem thoat ngheo', 'thoat ngheo tu', 'ngay cong nhan thoat ngheo'],
  ethnicity: ['dan toc'],
  merit: ['nguoi co cong', 'ncc', 'gia dinh chinh sach', 'nguoi co cong voi cach mang', 'ho chinh sach nguoi co cong'],
  disability: ['khuyet tat', 'nguoi khuyet tat', 'nkt', 'co nguoi khuyet tat', 'muc do khuyet tat'],
  womanHeaded: ['phu nu lam chu ho', 'chu ho la nu', 'chu ho la phu nu', 'nu chu ho', 'chu ho nu'],
  priority: ['doi tuong uu tien', 'nhom uu tien', 'dien uu tien', 'uu tien'],
  size: ['nhan khau', 'so nhan khau', 'so khau', 'so nguoi trong ho', 'so thanh vien', 'tong so nhan khau'],
  women: ['so nu', 'nhan khau nu', 'so nhan khau nu', 'so khau nu', 'so nguoi nu'],
  children: ['so tre em', 'tre em duoi 16 tuoi', 'so tre em duoi 16 tuoi', 'tre em'],
  lackCount: ['so chi so thieu hut', 'so thieu hut', 'tong so chi so thieu hut', 'so luong chi so thieu hut'],
  lacks: [
    'thieu hut',
    'cac chi so thieu hut',
    'chi so thieu hut',
    'cac chieu thieu hut',
    'chieu thieu hut',
    'thieu hut dich vu xa hoi co ban',
    'chi so thieu hut dich vu xa hoi co ban',
  ],
  ...LACKS,
} as const satisfies Record<string, readonly string[]>
export type ColumnId = keyof typeof HEADINGS

const NOT_OURS = [
  'dien thoai',
  'ghi chu',
  'noi sinh',
  'noi cap',
  'ngay cap',
  'nhom tuoi',
  'ngay ra soat',
  'nam ra soat',
]
const OWN_WORDS = new Set(['thon', 'xom', 'cccd', 'cmnd', 'gcn', 'ncc', 'nkt', 'tdp', 'bhyt'])
/** Stands before the names of what is lacking, often in a cell over several columns. */
const LACKING = /^(?:(?:cac |so )?(?:chieu|chi so) )?thieu hut (?:(?:cac |ve )?(?:chieu|chi so)? ?)?(?=\S)/

/** What a heading says, or null when nothing that is read. */
export function columnOf(heading: string): ColumnId | null {
  const words = folded(heading)
  const lack = lackOf(words.replace(LACKING, '').replace(/^\d+ /, ''))
  if (lack !== null) return lack
  const id = matchHeading<ColumnId>(heading, { headings: HEADINGS, notOurs: NOT_OURS, ownWords: OWN_WORDS })
  // "Hộ nghèo/hộ cận nghèo" names both: its cells say which.
  const isBoth = id === 'nearPoor' && hasWords(words.replace(/\bcan ngheo\b/g, ' '), 'ngheo')
  return isBoth ? 'status' : id
}

function lackOf(words: string): LackColumn | null {
  return LACK_COLUMNS.find((id) => (LACKS[id] as readonly string[]).includes(words)) ?? null
}

/** The headings of the template, in its order; texts: `register.column.<id>`. */
export const TEMPLATE: readonly ColumnId[] = [
  'code',
  'name',
  'relation',
  'birth',
  'sex',
  'identity',
  'village',
  'status',
  'escapedOn',
  'certificate',
  'certificateYear',
  'decision',
  'decisionDate',
  'ethnicity',
  'merit',
  'disability',
  'lackJob',
  'lackCarers',
  'lackNutrition',
  'lackInsurance',
  'lackSchooling',
  'lackAttendance',
  'lackSoundHouse',
  'lackSpace',
  'lackWater',
  'lackLatrine',
  'lackTelecom',
  'lackDevices',
]
