/** Photos of today's phones are larger than anybody needs to read a paper, and dear to send over a slow line. */
const LONG_SIDE = 2000
const SMALL_ENOUGH_BYTES = 700_000
export const FILE_MAX_BYTES = 10 * 1024 * 1024

/** The photo, smaller where that is possible; anything else as it is. */
export async function prepareFile(file) {
  if (!file.type.startsWith('image/') || file.size < SMALL_ENOUGH_BYTES) return file
  try {
    const image = await createImageBitmap(file, { imageOrientation: 'from-image' })
    const scale = Math.min(1, LONG_SIDE / Math.max(image.width, image.height))
    const canvas = document.createElement('canvas')
    canvas.width = Math.round(image.width * scale)
    canvas.height = Math.round(image.height * scale)
    canvas.getContext('2d').drawImage(image, 0, 0, canvas.width, canvas.height)
    image.close()
    const smaller = await new Promise((resolve) => canvas.toBlob(resolve, 'image/jpeg', 0.85))
    if (smaller === null || smaller.size >= file.size) return file
    return new File([smaller], file.name.replace(/\.\w+$/, '.jpg'), { type: 'image/jpeg' })
  } catch {
    return file
  }
}
