import { FILE_MAX_BYTES, uploadTypeOf } from '../attachments/upload-type.ts'
import type { OfficerFile } from '../desk/officer-files.ts'
import { type FileLimits, isCarried, limitWords } from '../messaging/file-limits.ts'
import type { Visit } from './visit.ts'

const MOST_FILES = 5
/** Of a whole form: all files at their largest, and the words. */
export const FORM_MAX_BYTES = MOST_FILES * FILE_MAX_BYTES + 1_048_576
const MEGABYTE = 1_048_576

/** What was chosen, or what to do about it in the officer's words. */
export async function judgeFiles(
  visit: Visit,
  contents: readonly Uint8Array[],
  to: { channel: string; limits: FileLimits } | null,
): Promise<{ files: OfficerFile[] } | { fault: string }> {
  const limits = { most: MOST_FILES, megabytes: FILE_MAX_BYTES / MEGABYTE }
  if (contents.length > MOST_FILES) return { fault: visit.t('fault.files.tooMany', limits) }
  if (contents.some((content) => content.length > FILE_MAX_BYTES)) {
    return { fault: visit.t('fault.files.tooLarge', limits) }
  }
  const files: OfficerFile[] = []
  for (const content of contents) {
    const mediaType = await uploadTypeOf(content)
    if (mediaType === null) return { fault: visit.t('fault.files.wrongType', limits) }
    files.push({ content, mediaType })
  }
  if (to !== null && !files.every((file) => isCarried(to.limits, file))) {
    const channel = visit.t(`channelName.${to.channel}`)
    return { fault: visit.t('fault.files.notCarried', { channel, carried: limitWords(to.limits) }) }
  }
  return { files }
}
