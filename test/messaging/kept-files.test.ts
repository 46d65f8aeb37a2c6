import { describe, expect, it } from 'vitest'
import { isForeignFile } from '../../src/messaging/kept-files.ts'

const WORD = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'

describe('a file that somebody sends', () => {
  it.each([
    [WORD, 'don.docx'],
    [null, 'đơn xin.DOC'],
    ['application/octet-stream', 'bang.xlsx'],
    ['application/zip', null],
  ])('is refused at once when nothing speaks for it: %s, %s', (mediaType, name) => {
    expect(isForeignFile({ media: 'document', mediaType, name })).toBe(true)
  })

  it.each([
    ['application/pdf', 'don'],
    ['application/octet-stream', 'don.PDF'],
    ['image/jpeg', 'don.docx'],
    ['application/octet-stream', null],
    [null, null],
    ['image/heif', 'IMG_1'],
  ])('is fetched and looked at when anything does: %s, %s', (mediaType, name) => {
    expect(isForeignFile({ media: 'document', mediaType, name })).toBe(false)
  })

  it('is no document when it is a photo or spoken', () => {
    expect(isForeignFile({ media: 'voice', mediaType: WORD, name: 'a.docx' })).toBe(false)
  })
})
