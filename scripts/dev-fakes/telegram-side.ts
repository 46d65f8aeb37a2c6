import type { Message, Update } from 'grammy/types'
import { type FakeTelegram, startFakeTelegram } from '../../test/fakes/telegram.ts'
import { type Act, CannotAct, HERE } from './acts.ts'
import { type CallLog, outcomeOf } from './call-log.ts'
import { type CarriedFile, type Line, startLine } from './line.ts'
import { createPeople, type Person } from './people.ts'
import type { Side } from './side.ts'
import { telegramFaults } from './telegram-faults.ts'

const FIRST_CHAT = 5_000_001
/** Far from the numbers that the fake gives. */
const OWN_MESSAGE_IDS = 300_000_000
const REPEATS = 3
/** A message that the person has, though its call is still without an answer, is shown after this. */
const LOOK_AFTER_MS = 100
const UNLOGGED = ['getUpdates']

/** Telegram with one bot and some people; the product polls it at `apiRoot`. */
export interface TelegramSide extends Side {
  apiRoot: string
  token: string
}

export async function startTelegramSide(options: {
  firstId: number
  now: () => Date
  log: CallLog
  changed: () => void
}): Promise<TelegramSide> {
  const { firstId, now, log, changed } = options
  const fake = await startFakeTelegram({ firstId })
  const people = createPeople('telegram', (place) => String(FIRST_CHAT + place), now, changed)
  const seen = new Map<string, number>()
  const sentFiles = new Map<string, CarriedFile>()
  let isRepeating = false
  let nextMessageId = firstId + OWN_MESSAGE_IDS

  function look(person: Person | undefined): void {
    if (person === undefined) return
    const received = fake.received(Number(person.id))
    for (const message of received.slice(seen.get(person.id) ?? 0)) {
      const file =
        message.file === null ? null : (sentFiles.get(person.id) ?? { ...message.file, content: new Uint8Array() })
      people.add(person, {
        from: 'bot',
        text: message.text,
        buttons: message.buttons,
        asksPhone: message.asksPhone,
        file,
        messageId: String(message.messageId),
      })
    }
    seen.set(person.id, received.length)
  }

  const line: Line = await startLine(fake.apiRoot, {
    called(call) {
      const person = people.find(String(call.body.chat_id))
      if (person === undefined) return
      if (call.file !== null) sentFiles.set(person.id, call.file)
      setTimeout(() => look(person), LOOK_AFTER_MS)
    },
    answered(call, answer) {
      const method = call.path.split('/').at(-1) ?? ''
      const isFile = call.path.startsWith('/file/')
      const person = people.find(String(call.body.chat_id))
      look(person)
      if (UNLOGGED.includes(method) && answer?.status === 200) return
      const read = isFile && answer?.status === 200 ? { outcome: '200', isGood: true } : outcomeOf(answer)
      // Polls end without an answer whenever the product stops.
      if (UNLOGGED.includes(method) && answer === null) return
      const what = isFile ? 'file' : person ? `${method} → ${person.name}` : method
      log.add({ channel: 'telegram', direction: 'out', what, ...read })
    },
  })

  async function give(
    act: (person: ReturnType<FakeTelegram['person']>) => Promise<Update>,
    person: Person,
  ): Promise<void> {
    await again(await act(fake.person(Number(person.id))))
  }

  async function again(update: Update): Promise<void> {
    for (let time = 1; isRepeating && time < REPEATS; time++) await fake.deliver(update)
    const times = isRepeating ? `, ${REPEATS} times` : ''
    log.add({
      channel: 'telegram',
      direction: 'in',
      what: `update ${update.update_id}${times}`,
      outcome: '',
      isGood: true,
    })
  }

  function chatOf(person: Person) {
    return { id: Number(person.id), type: 'private' as const, first_name: person.name }
  }

  function userOf(person: Person) {
    return { id: Number(person.id), is_bot: false, first_name: person.name }
  }

  async function deliver(content: Omit<Update, 'update_id'>): Promise<void> {
    const update = fake.update(content)
    await fake.deliver(update)
    await again(update)
  }

  async function tap(person: Person, entryId: number, place: number): Promise<void> {
    const entry = person.entries.find(({ id }) => id === entryId)
    const button = entry?.buttons[place]
    if (entry === undefined || button === undefined) throw new CannotAct('There is no such button')
    if (button.data === '') {
      people.add(person, { text: button.label })
      return give((one) => one.says(button.label), person)
    }
    people.add(person, { from: 'system', text: `chạm: ${button.label}` })
    await deliver({
      callback_query: {
        id: `tap-${nextMessageId++}`,
        from: userOf(person),
        chat_instance: person.id,
        data: button.data,
        message: { message_id: Number(entry.messageId), date: 0, chat: chatOf(person), text: entry.text },
      } as Update['callback_query'] & object,
    })
  }

  async function sendFile(
    person: Person,
    { name, type, base64, caption }: Extract<Act, { act: 'file' }>,
  ): Promise<void> {
    const content = Buffer.from(base64, 'base64')
    people.add(person, { text: caption, file: { name, type, content } })
    if (type === 'image/jpeg' || type === 'image/png') {
      return give((one) => one.sendsPhoto({ content, ...(caption !== '' && { caption }) }), person)
    }
    const file_id = fake.storeFile(content, `documents/${nextMessageId}`)
    const document = { file_id, file_unique_id: file_id, file_name: name, mime_type: type, file_size: content.length }
    const message = { message_id: nextMessageId++, date: 0, chat: chatOf(person), from: userOf(person), document }
    await deliver({ message: { ...message, ...(caption !== '' && { caption }) } as Message & Update.NonChannel })
  }

  async function act(person: Person, done: Act): Promise<void> {
    if (!person.isHere && done.act !== 'arrive') throw new CannotAct('They block the bot')
    switch (done.act) {
      case 'say':
        people.add(person, { text: done.text })
        return give((one) => one.says(done.text), person)
      case 'tap':
        return tap(person, done.entry, done.button)
      case 'file':
        return sendFile(person, done)
      case 'phone':
        people.add(person, { text: `☎ +${person.phone}` })
        return give((one) => one.sharesPhone(`+${person.phone}`), person)
      case 'location':
        people.add(person, { text: `⌖ ${HERE.latitude}, ${HERE.longitude}` })
        return give((one) => one.sharesLocation(HERE.latitude, HERE.longitude), person)
      case 'voice':
        people.add(person, { text: '♪ 0:02' })
        return give((one) => one.sendsVoice(), person)
      case 'sticker':
        people.add(person, { text: '☺ (nhãn dán)' })
        return give((one) => one.sendsSticker(), person)
      case 'arrive':
      case 'leave':
        person.isHere = done.act === 'arrive'
        people.add(person, { from: 'system', text: person.isHere ? 'đã bỏ chặn bot' : 'đã chặn bot' })
        return give((one) => (person.isHere ? one.unblocks() : one.blocks()), person)
      case 'office':
        throw new CannotAct('Telegram bots have no inbox of their own')
    }
  }

  const faults = telegramFaults(fake, (isOn) => {
    isRepeating = isOn
  })
  return {
    id: 'telegram',
    apiRoot: line.url,
    token: fake.token,
    people,
    act,
    ...faults,
    close: () => closeAll(line, fake),
  }
}

async function closeAll(line: Line, fake: FakeTelegram): Promise<void> {
  line.close()
  await fake.close()
}
