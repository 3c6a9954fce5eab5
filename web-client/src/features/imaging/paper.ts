/** The report on paper, saved as a file. */
import { fileUrl } from '@/api/client'

export async function savePaper(orderId: string, number: string): Promise<true> {
  const url = await fileUrl(`/api/imaging/orders/${orderId}/report.pdf`)
  const link = document.createElement('a')
  link.href = url
  link.download = `${number}.pdf`
  link.click()
  window.setTimeout(() => URL.revokeObjectURL(url), 60_000)
  return true
}
