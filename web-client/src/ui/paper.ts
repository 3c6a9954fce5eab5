/** The paper that a page asks the printer for, while it is there; without it A5 (print.css). */
import { onBeforeUnmount, onMounted } from 'vue'

/** Whatever paper the printer has (A4, a roll of 80 mm), with this margin. */
export function useAnyPaper(marginMm: number): void {
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(`@page { size: auto; margin: ${marginMm}mm }`)
  onMounted(() => document.adoptedStyleSheets.push(sheet))
  onBeforeUnmount(() => {
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((one) => one !== sheet)
  })
}
