import type { FakeZalo, Fault, FaultyCalls } from '../../test/fakes/zalo.ts'
import type { Person } from './people.ts'
import type { FaultChoice, Side } from './side.ts'
import type { ZaloWebhook } from './zalo-webhook.ts'

const DAY_MS = 24 * 3_600_000
const PLENTY = 500

const CALLS: Record<string, { label: string; fault: Fault; on?: FaultyCalls }> = {
  flood: { label: '429, đợi 3 giây', fault: { kind: 'flood', retryAfter: 3 } },
  proxy: { label: '502 (HTML)', fault: { kind: 'page', status: 502 } },
  nonsense: { label: '200, không phải JSON', fault: { kind: 'page', status: 200 } },
  accepted: { label: 'nhận rồi đứt', fault: { kind: 'accept-then-reset' } },
  mute: { label: 'nhận rồi im lặng', fault: { kind: 'accept-then-silence' } },
  garbled: { label: 'trả lời bị cắt', fault: { kind: 'garbled' } },
  reset: { label: 'đứt kết nối', fault: { kind: 'reset' } },
  slow: { label: 'chậm 5 giây', fault: { kind: 'slow', ms: 5_000 } },
  silence: { label: 'im lặng', fault: { kind: 'silence' } },
  closed: { label: '-230 hết hạn trả lời', fault: { kind: 'error', code: -230, message: 'No interaction in 7 days' } },
  quota: { label: '-211 hết lượt', fault: { kind: 'error', code: -211, message: 'Out of quota' } },
  unknown: { label: '-999 mã lạ', fault: { kind: 'error', code: -999, message: 'Something new' } },
  'oauth-busy': { label: 'OAuth 502', fault: { kind: 'page', status: 502 }, on: 'oauth' },
  'oauth-lost': { label: 'OAuth nhận rồi đứt', fault: { kind: 'accept-then-reset' }, on: 'oauth' },
  upload: { label: 'tải tệp lên: 502', fault: { kind: 'page', status: 502 }, on: 'upload' },
}

interface Deed {
  label: string
  kind: 'once' | 'switch'
  run(trial: { fake: FakeZalo; webhook: ZaloWebhook; now: () => Date; people: readonly Person[] }): void
}

const DEEDS: Record<string, Deed> = {
  expired: { label: 'access token hết hạn', kind: 'once', run: ({ fake }) => fake.dropAccessTokens() },
  revoked: { label: 'OA rút quyền ứng dụng', kind: 'once', run: ({ fake }) => fake.revoke() },
  'silent-3-days': { label: 'im lặng 3 ngày (tính phí)', kind: 'once', run: (trial) => wereLastHere(trial, 3) },
  'silent-8-days': { label: 'im lặng 8 ngày (đóng)', kind: 'once', run: (trial) => wereLastHere(trial, 8) },
  'no-paid-left': {
    label: 'hết tin tính phí',
    kind: 'switch',
    run: ({ fake }) => {
      fake.paidLeft = 0
    },
  },
  'no-templates-left': {
    label: 'hết tin mẫu',
    kind: 'switch',
    run: ({ fake }) => {
      fake.templatesLeft = 0
    },
  },
  'no-buttons': {
    label: 'gói không có nút',
    kind: 'switch',
    run: ({ fake }) => {
      fake.account.takesButtons = false
    },
  },
  'no-talk': {
    label: 'gói không nhắn được',
    kind: 'switch',
    run: ({ fake }) => {
      fake.account.takesTalk = false
    },
  },
  receipts: {
    label: 'báo đã nhận',
    kind: 'switch',
    run: ({ fake }) => {
      fake.sendsReceipts = true
    },
  },
  repeat: {
    label: 'mỗi sự kiện tới 3 lần',
    kind: 'switch',
    run: ({ webhook }) => {
      webhook.isRepeating = true
    },
  },
  hold: {
    label: 'giữ sự kiện lại',
    kind: 'switch',
    run: ({ webhook }) => {
      webhook.isHolding = true
    },
  },
  release: { label: 'thả, mới trước cũ sau', kind: 'once', run: ({ webhook }) => void webhook.release() },
  forged: { label: 'chữ ký giả', kind: 'once', run: ({ webhook }) => void webhook.forge('signature') },
  unsigned: { label: 'không chữ ký', kind: 'once', run: ({ webhook }) => void webhook.forge('unsigned') },
  stale: { label: 'sự kiện 2 ngày tuổi', kind: 'once', run: ({ webhook }) => void webhook.forge('stale') },
}

const CHOICES: FaultChoice[] = [
  ...Object.entries(CALLS).map(([id, { label }]): FaultChoice => ({ id, label, kind: 'calls' })),
  ...Object.entries(DEEDS).map(([id, { label, kind }]): FaultChoice => ({ id, label, kind })),
]

export function zaloFaults(
  fake: FakeZalo,
  webhook: ZaloWebhook,
  now: () => Date,
  people: readonly Person[],
): Pick<Side, 'faults' | 'fail' | 'mend'> {
  return {
    faults: CHOICES,
    fail(id, times, person) {
      const call = CALLS[id]
      if (call !== undefined) {
        const { fault, on = 'send' } = call
        fake.fail(fault, {
          on,
          ...(times !== null && { times }),
          ...(person && on === 'send' && { userId: person.id }),
        })
        return true
      }
      DEEDS[id]?.run({ fake, webhook, now, people: person === undefined ? people : [person] })
      return DEEDS[id] !== undefined
    },
    mend() {
      fake.mend()
      fake.paidLeft = PLENTY
      fake.templatesLeft = PLENTY
      fake.account.takesButtons = true
      fake.account.takesTalk = true
      fake.sendsReceipts = false
      webhook.isRepeating = false
      void webhook.release()
    },
  }
}

function wereLastHere({ fake, now, people }: Parameters<Deed['run']>[0], days: number): void {
  for (const { id } of people) fake.person(id).wasLastHere(new Date(now().getTime() - days * DAY_MS))
}
