import type { Language, Texts } from '../i18n.ts'
import type { Message } from '../messaging/message.ts'
import type { BroadcastTap } from './actions.ts'
import type { BroadcastContent } from './broadcast.ts'

type Composed = Pick<BroadcastContent, 'kind' | 'texts' | 'link' | 'attachment' | 'buttons'>

/**
 * A policy message as one person gets it: in their language where there is such a text, else in Vietnamese. `idOf`: the
 * id of a button; of a preview any will do. Under what the law obliges to tell there is no "stop": words do that.
 */
export function composeMessage(
  content: Composed,
  language: string,
  texts: Texts,
  idOf: (tap: BroadcastTap) => string,
  broadcastId: string,
): Message {
  const isEnglish = language === 'en' && content.texts.en !== undefined
  const words = isEnglish ? content.texts.en?.text : content.texts.vi.text
  const spoken: Language = isEnglish ? 'en' : 'vi'
  const label = (key: string) => texts.text(spoken, `broadcast_message.${key}`)
  const own = content.buttons.map(({ opens }, place) => ({
    id: idOf({ kind: 'button', broadcastId, place }),
    label: label(opens),
  }))
  const understood = { id: idOf({ kind: 'understood', broadcastId }), label: label('understood') }
  const stop = { id: idOf({ kind: 'stop', broadcastId }), label: label('stop') }
  return {
    text: [words, content.link].filter(Boolean).join('\n\n'),
    actions: [...own, understood, ...(content.kind === 'information' ? [stop] : [])],
    attachmentId: content.attachment,
  }
}
