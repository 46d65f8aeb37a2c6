/**
 * `npm run chat`: the bot in the terminal, over the same inbox, engine and outbox as every channel, with a database that
 * is thrown away at the end. `:photo` sends a photo, an empty line ends the talk.
 */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { createFolderStore } from '../src/attachments/folder-store.ts'
import { systemClock } from '../src/clock.ts'
import { receive as receiveUpdates } from '../src/conversation/receive.ts'
import { createWorker } from '../src/conversation/worker.ts'
import { connect } from '../src/db/client.ts'
import { startEmbedded } from '../src/db/embedded.ts'
import { migrate } from '../src/db/migrate.ts'
import { readDefinitions } from '../src/definitions/read-definitions.ts'
import { createCalendars } from '../src/desk/calendars.ts'
import { newId } from '../src/ids.ts'
import { createLog } from '../src/log.ts'
import type { ChannelAdapter } from '../src/messaging/channel.ts'
import { createInbox } from '../src/messaging/inbox.ts'
import type { UpdateBody } from '../src/messaging/update.ts'
import { createDispatcher } from '../src/outbox/dispatch.ts'
import { createSecrets } from '../src/secrets.ts'

const ACCOUNT = 'terminal'
const PHOTO = {
  media: 'photo' as const,
  externalId: 'photo',
  attachmentId: null,
  mediaType: 'image/jpeg',
  sizeBytes: 1_000,
  name: null,
  caption: null,
}

const terminal: ChannelAdapter = {
  id: 'web',
  account: ACCOUNT,
  capabilities: {
    buttons: false,
    textLength: 4_096,
    ratePerSecond: 1_000,
    burstPerContact: 5,
    perSecondPerContact: Number.POSITIVE_INFINITY,
    files: {},
    replyWindowHours: null,
  },
  async deliver({ message }) {
    const actions = message.actions.map(({ label }, place) => `  ${place + 1}. ${label}`)
    process.stdout.write(`\n${[message.text, ...actions].join('\n')}\n`)
    return { kind: 'delivered', externalId: null }
  },
  fetchFile: async () => null,
}

async function chat(): Promise<void> {
  const log = createLog('error')
  const definitions = readDefinitions(join(import.meta.dirname, '..'))
  const { territory, calendarBook, texts } = definitions
  const dataDir = mkdtempSync(join(tmpdir(), 'cau-noi-chat-'))
  const database = await startEmbedded({ dataDir, log, durable: false })
  const sql = connect({ url: database.url, max: 4 })
  try {
    await migrate(sql)
    const clock = systemClock()
    const secrets = createSecrets(randomBytes(32))
    const store = createFolderStore(join(dataDir, 'attachments'))
    const desk = { territory, calendars: createCalendars(calendarBook), texts, secrets, store, fileLimits: () => null }
    const worker = createWorker({
      sql,
      secrets,
      clock,
      log,
      handle: (tx, received, now) => receiveUpdates(tx, { definitions, desk }, received, now),
    })
    const inbox = createInbox({ sql, secrets, clock, onStored: worker.wake })
    const dispatcher = createDispatcher({ sql, secrets, clock, log, adapters: [terminal] })
    const say = async (body: UpdateBody) => {
      const update = { channel: terminal.id, account: ACCOUNT, address: 'terminal', externalId: newId(), body }
      await inbox.receive([{ ...update, messageId: null, quotedMessageId: null }])
      await worker.idle()
      await dispatcher.dispatchDue(clock.now())
    }
    await say({ kind: 'start', payload: null })
    const lines = createInterface({ input: process.stdin, output: process.stdout, prompt: '\n> ' })
    let isOpen = true
    lines.once('close', () => {
      isOpen = false
    })
    lines.prompt()
    for await (const line of lines) {
      const text = line.trim()
      if (text === '') break
      await say(text === ':photo' ? { kind: 'file', file: PHOTO } : { kind: 'text', text })
      // Input from a pipe ends long before it is all read.
      if (isOpen) lines.prompt()
    }
    lines.close()
    await worker.stop()
    await dispatcher.stop()
  } finally {
    await sql.end({ timeout: 1 })
    await database.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
}

await chat()
