import { LANGUAGES, type Language, type Texts } from '../../i18n.ts'
import type { BotApi } from './bot-api.ts'

/**
 * Telegram's menu of commands. A command stands for words that anybody may type on any channel, so the conversation
 * knows nothing of commands. Descriptions stand in `locales/<language>/chat.json` under `commands`.
 */
const WORDS: Record<string, string> = {
  menu: 'menu',
  hoso: 'hồ sơ của tôi đến đâu rồi',
  canbo: 'gặp cán bộ',
  ngonngu: 'ngôn ngữ',
  trogiup: 'trợ giúp',
  dung: 'dừng',
}

/** Understood, but not in the menu: it would get too long to be read. */
const RARE_WORDS: Record<string, string> = {
  lienket: 'liên kết',
  huylienket: 'hủy liên kết',
  xuatdulieu: 'xuất dữ liệu của tôi',
  xoadulieu: 'xóa dữ liệu của tôi',
}

/** What people know from other bots. */
const COMMON_NAMES: Record<string, string> = {
  help: 'trogiup',
  stop: 'dung',
  language: 'ngonngu',
  status: 'hoso',
  link: 'lienket',
  unlink: 'huylienket',
  export: 'xuatdulieu',
}

/** An unknown command is read as the word it is. */
export function wordsOfCommand(command: string): string {
  const name = COMMON_NAMES[command] ?? command
  return WORDS[name] ?? RARE_WORDS[name] ?? command
}

/** Shows the menu of commands in each language; one that fails changes nothing else. Returns whether all went well. */
export async function announceCommands(api: BotApi, texts: Texts): Promise<boolean> {
  const answers = await Promise.all(
    LANGUAGES.map((language) =>
      api.call('setMyCommands', {
        commands: Object.keys(WORDS).map((command) => ({ command, description: describe(texts, language, command) })),
        // Vietnamese is what everybody sees whose language has no list of its own.
        ...(language === 'vi' ? {} : { language_code: language }),
      }),
    ),
  )
  return answers.every(({ kind }) => kind === 'ok')
}

function describe(texts: Texts, language: Language, command: string): string {
  return texts.text(language, `chat.commands.${command}`)
}
