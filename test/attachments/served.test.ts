import { describe, expect, it } from 'vitest'
import { servedHeaders } from '../../src/attachments/served.ts'

describe('a paper that is handed to a browser', () => {
  it('is shown when it is a photo, and can do nothing there', () => {
    const headers = servedHeaders('HY-2026-000001-ab', 'image/jpeg', { pdfInline: true })

    expect(headers).toMatchObject({
      'content-type': 'image/jpeg',
      'content-disposition': 'inline; filename="HY-2026-000001-ab.jpg"',
      'x-content-type-options': 'nosniff',
    })
    expect(headers['content-security-policy']).toMatch(/^default-src 'none'.*sandbox$/)
  })

  it.each(['text/html', 'image/svg+xml', 'application/x-msdownload', null, ''])(
    'is a file of no kind when it is %s',
    (type) => {
      const headers = servedHeaders('cau-noi', type, { pdfInline: true })

      expect(headers['content-type']).toBe('application/octet-stream')
      expect(headers['content-disposition']).toBe('attachment; filename="cau-noi.bin"')
      expect(headers['content-security-policy']).toContain('sandbox')
    },
  )

  it.each([
    ['../../etc/passwd', 'etcpasswd.jpg'],
    ['ảnh\r\nSet-Cookie: x=1', 'nhSet-Cookiex1.jpg'],
    ['hoa-don.pdf"; filename="x.exe', 'hoa-donpdffilenamexexe.jpg'],
  ])('has one ending, that of its kind, whatever stands before it: %j', (stem, name) => {
    const headers = servedHeaders(stem, 'image/jpeg', { pdfInline: false })

    expect(headers['content-disposition']).toBe(`inline; filename="${name}"`)
  })

  it('is opened as a PDF only where that is asked for', () => {
    const [inside, outside] = [true, false].map((pdfInline) => servedHeaders('x', 'application/pdf', { pdfInline }))

    expect(inside?.['content-disposition']).toMatch(/^inline/)
    expect(outside).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-disposition': 'attachment; filename="x.pdf"',
    })
  })
})
