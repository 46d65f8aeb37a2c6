/**
 * Chat spelling, abbreviations of offices and papers, and the English words people mix in, each with the Vietnamese it
 * stands for. A property of the language, not of any policy. Keys are lower case; a key with diacritics matches only so.
 */
export const SHORT_FORMS: Readonly<Record<string, string>> = {
  ko: 'không', k: 'không', kg: 'không', kh: 'không', khg: 'không', hok: 'không', hông: 'không',
  hk: 'không', kô: 'không', hôk: 'không', khum: 'không', hăm: 'không', khog: 'không', kog: 'không',
  dc: 'được', đc: 'được', dk: 'được', đk: 'được', đkk: 'được', dx: 'được', duoc: 'được', đuoc: 'được', đx: 'được',
  đko: 'được không', dcko: 'được không', dck: 'được không', đck: 'được không', đckg: 'được không', dkk: 'được không',
  j: 'gì', ji: 'gì', g: 'gì', gj: 'gì', gif: 'gì', cj: 'chị', z: 'vậy', zậy: 'vậy', dậy: 'vậy', zay: 'vậy', v: 'vậy',
  ng: 'người', ngta: 'người ta', nguoi: 'người', nhg: 'những', nhug: 'những', nhìu: 'nhiều', nhiu: 'nhiêu', nh: 'nhiều',
  thg: 'tháng', thag: 'tháng', bn: 'bao nhiêu', bnhiu: 'bao nhiêu', bnhieu: 'bao nhiêu', baoh: 'bao giờ', bh: 'bảo hiểm',
  bjo: 'bây giờ', bgio: 'bao giờ', bgiờ: 'bao giờ', h: 'giờ', gio: 'giờ', tn: 'thế nào', ntn: 'như thế nào',
  lm: 'làm', lsao: 'làm sao', ls: 'lãi suất', wa: 'quá', wá: 'quá', qá: 'quá', r: 'rồi',
  rùi: 'rồi', oy: 'rồi', ròi: 'rồi', mk: 'mình', mih: 'mình', m: 'mình', t: 'tôi', e: 'em', a: 'anh', c: 'chị',
  ae: 'anh em', ac: 'anh chị', ad: 'ad', ib: 'nhắn tin', inbox: 'nhắn tin', vs: 'với', vk: 'vợ', ck: 'chồng', vck: 'vợ chồng',
  gđ: 'gia đình', gd: 'gia đình', gđình: 'gia đình', gdinh: 'gia đình', ht: 'hỗ trợ', hotro: 'hỗ trợ',
  hv: 'học viên', hs: 'hồ sơ', hso: 'hồ sơ', hsơ: 'hồ sơ', hssv: 'học sinh sinh viên', sv: 'sinh viên', hp: 'học phí',
  đt: 'điện thoại', dt: 'điện thoại', đthoai: 'điện thoại', dthoai: 'điện thoại', sđt: 'số điện thoại', sdt: 'số điện thoại',
  pải: 'phải', pai: 'phải', fai: 'phải', fải: 'phải', lquan: 'liên quan', lhe: 'liên hệ', lh: 'liên hệ', đky: 'đăng ký',
  dky: 'đăng ký', đki: 'đăng ký', dki: 'đăng ký', đkí: 'đăng ký', ttin: 'thông tin', tt: 'thủ tục', ttuc: 'thủ tục',
  trc: 'trước', trk: 'trước', trg: 'trường', củ: 'triệu', bik: 'biết', bit: 'biết', bít: 'biết',
  bt: 'biết', thik: 'thích', cv: 'công việc', cty: 'công ty', ct: 'công ty', kcn: 'khu công nghiệp', nv: 'nhân viên',
  cb: 'cán bộ', cbxa: 'cán bộ xã', ubnd: 'ủy ban nhân dân', ub: 'ủy ban', mttq: 'mặt trận tổ quốc', hlhpn: 'hội phụ nữ',
  nhcsxh: 'ngân hàng chính sách xã hội', nhcs: 'ngân hàng chính sách', csxh: 'chính sách xã hội', nh_: 'ngân hàng',
  bhyt: 'bảo hiểm y tế', bhxh: 'bảo hiểm xã hội', bhtn: 'bảo hiểm thất nghiệp', bhxhtn: 'bảo hiểm xã hội tự nguyện',
  tctn: 'trợ cấp thất nghiệp', tcxh: 'trợ cấp xã hội', btxh: 'bảo trợ xã hội', nkt: 'người khuyết tật', nct: 'người cao tuổi',
  xklđ: 'xuất khẩu lao động', xkld: 'xuất khẩu lao động', tgpl: 'trợ giúp pháp lý', dtts: 'dân tộc thiểu số',
  đbkk: 'đặc biệt khó khăn', tbxh: 'thương binh xã hội', ldtbxh: 'lao động thương binh xã hội', hcn: 'hộ cận nghèo',
  hộn: 'hộ nghèo', hongheo: 'hộ nghèo', hocanngheo: 'hộ cận nghèo', canngheo: 'cận nghèo', nsvsmt: 'nước sạch vệ sinh môi trường',
  nvs: 'nhà vệ sinh', wc: 'nhà vệ sinh', toilet: 'nhà vệ sinh', noxh: 'nhà ở xã hội', cccd: 'căn cước công dân',
  cmnd: 'chứng minh nhân dân', cmt: 'chứng minh thư', cmtnd: 'chứng minh thư', gplx: 'giấy phép lái xe', blx: 'bằng lái xe',
  gcn: 'giấy chứng nhận', gks: 'giấy khai sinh', shk: 'sổ hộ khẩu', csgt: 'cảnh sát giao thông', qsdđ: 'quyền sử dụng đất',
  thpt: 'cấp ba', thcs: 'cấp hai', đh: 'đại học', dh: 'đại học', cđ: 'cao đẳng', mn: 'mầm non', gv: 'giáo viên',
  sxkd: 'sản xuất kinh doanh', sx: 'sản xuất', kd: 'kinh doanh', lđ: 'lao động', hđ: 'hợp đồng', tk: 'tài khoản', stk: 'số tài khoản',
  kt: 'khuyết tật', sdd: 'suy dinh dưỡng', bv: 'bệnh viện', bs: 'bác sĩ', ks: 'khai sinh', nq: 'nghị quyết', nđ: 'nghị định',
  qđ: 'quyết định', ttg: 'thủ tướng', tp: 'thành phố', vd: 'ví dụ', đv: 'đối với', đtượng: 'đối tượng', kk: 'khó khăn',
  // English in Vietnamese talk
  check: 'kiểm tra', apply: 'nộp đơn', free: 'miễn phí', discount: 'giảm', job: 'việc làm',
  jobs: 'việc làm', support: 'hỗ trợ', insurance: 'bảo hiểm', school: 'trường học', house: 'nhà', form: 'mẫu đơn',
  card: 'thẻ', bank: 'ngân hàng', deadline: 'hạn nộp', training: 'đào tạo', course: 'khóa học', student: 'sinh viên',
  scholarship: 'học bổng', salary: 'lương', smartphone: 'điện thoại thông minh', phone: 'điện thoại', tablet: 'máy tính bảng',
  laptop: 'máy tính', money: 'tiền', fee: 'phí', lawyer: 'luật sư', baby: 'em bé', kid: 'trẻ em', submit: 'nộp', register: 'đăng ký',
  approve: 'duyệt', approved: 'được duyệt', update: 'cập nhật', status: 'tình trạng', hotline: 'đường dây nóng', contact: 'liên hệ',
  help: 'giúp', family: 'gia đình', poor: 'nghèo', farm: 'trang trại', water: 'nước', electricity: 'điện', bill: 'hóa đơn',
  interview: 'phỏng vấn', company: 'công ty', hospital: 'bệnh viện', doctor: 'bác sĩ', milk: 'sữa', food: 'thức ăn',
  japan: 'nhật bản', korea: 'hàn quốc', taiwan: 'đài loan', list: 'danh sách', info: 'thông tin', thanks: 'cảm ơn', thank: 'cảm ơn',
  tks: 'cảm ơn', thks: 'cảm ơn', thanx: 'cảm ơn', tnx: 'cảm ơn', cảmơn: 'cảm ơn', camon: 'cảm ơn', passport: 'hộ chiếu', driving: 'lái xe',
  test: 'thử', post: 'bài đăng', web: 'trang mạng', website: 'trang mạng',
  skill: 'kỹ năng', skills: 'kỹ năng', part: 'bán', time: 'thời gian', fulltime: 'toàn thời gian', parttime: 'bán thời gian', legal: 'pháp lý',
}

/** Sounds of hesitation and politeness that carry no content; only when written so, since `a` may also be `anh`. */
export const FILLERS: ReadonlySet<string> = new Set([
  'à', 'ừ', 'ờ', 'ạ', 'ơ', 'ớ', 'ừm', 'ờm', 'um', 'uhm', 'uh', 'uk', 'ah', 'ạh', 'ak', 'ậy', 'nhé', 'nhá', 'nhỉ', 'nhở', 'nhen', 'hén', 'ạk',
  'ad', 'hen', 'nè', 'ơi', 'thưa', 'alo', 'alô', 'allo',
])

/** Openings that say only that a question follows. Left out when something follows them. */
export const OPENINGS: readonly string[] = [
  'cho tôi hỏi', 'cho em hỏi', 'cho cháu hỏi', 'cho con hỏi', 'cho mình hỏi', 'cho hỏi', 'xin hỏi', 'tôi muốn hỏi', 'tôi xin hỏi', 'em muốn hỏi',
  'em xin hỏi', 'cháu muốn hỏi', 'muốn hỏi', 'làm ơn cho hỏi', 'làm ơn cho tôi hỏi', 'cái này', 'là', 'cho tôi hỏi là', 'cho hỏi là', 'bạn ơi', 'anh chị ơi', 'dạ',
  'xin chào', 'chào bạn', 'chào anh chị', 'chào bác sĩ', 'chào cán bộ', 'kính chào', 'hỏi',
]
