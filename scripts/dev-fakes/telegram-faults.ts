import type { FakeTelegram, Fault, FaultyCalls } from '../../test/fakes/telegram.ts'
import type { FaultChoice, Side } from './side.ts'

const CALLS: Record<string, { label: string; fault: Fault; on?: FaultyCalls }> = {
  flood: { label: '429, đợi 3 giây', fault: { kind: 'flood', retryAfter: 3 } },
  error: { label: '500', fault: { kind: 'error', code: 500, description: 'Internal Server Error' } },
  unknown: { label: '400 lạ', fault: { kind: 'error', code: 400, description: 'Bad Request: SOMETHING_NEW' } },
  proxy: { label: '502 (HTML)', fault: { kind: 'page', status: 502 } },
  nonsense: { label: '200, không phải JSON', fault: { kind: 'page', status: 200 } },
  accepted: { label: 'nhận rồi đứt', fault: { kind: 'accept-then-reset' } },
  mute: { label: 'nhận rồi im lặng', fault: { kind: 'accept-then-silence' } },
  garbled: { label: 'trả lời bị cắt', fault: { kind: 'garbled' } },
  reset: { label: 'đứt kết nối', fault: { kind: 'reset' } },
  slow: { label: 'chậm 5 giây', fault: { kind: 'slow', ms: 5_000 } },
  silence: { label: 'im lặng', fault: { kind: 'silence' } },
  updates: { label: 'getUpdates: 502', fault: { kind: 'page', status: 502 }, on: 'updates' },
}

const CHOICES: FaultChoice[] = [
  ...Object.entries(CALLS).map(([id, { label }]): FaultChoice => ({ id, label, kind: 'calls' })),
  { id: 'repeat', label: 'mỗi cập nhật tới 3 lần', kind: 'switch' },
]

export function telegramFaults(
  fake: FakeTelegram,
  repeat: (isOn: boolean) => void,
): Pick<Side, 'faults' | 'fail' | 'mend'> {
  return {
    faults: CHOICES,
    fail(id, times, person) {
      const call = CALLS[id]
      if (call !== undefined) {
        const { fault, on = 'send' } = call
        const chat = person && on === 'send' ? { chatId: Number(person.id) } : {}
        fake.fail(fault, { on, ...(times !== null && { times }), ...chat })
      } else if (id === 'repeat') repeat(true)
      else return false
      return true
    },
    mend() {
      fake.mend()
      repeat(false)
    },
  }
}
