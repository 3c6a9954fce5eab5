/** What was used last stays, up to a number of bytes. */

export interface Held<V> {
  value: V
  bytes: number
}

export class ByteCache<V> {
  private readonly held = new Map<string, Held<V>>()
  private used = 0

  constructor(readonly limit: number) {}

  get bytes(): number {
    return this.used
  }

  has(key: string): boolean {
    return this.held.has(key)
  }

  get(key: string): V | undefined {
    const found = this.held.get(key)
    if (!found) return undefined
    this.held.delete(key)
    this.held.set(key, found)
    return found.value
  }

  /** Keeps it, lets the longest unused go; what alone is over the limit is still kept, or nothing could be shown. */
  put(key: string, value: V, bytes: number): void {
    this.drop(key)
    this.held.set(key, { value, bytes })
    this.used += bytes
    for (const old of this.held.keys()) {
      if (this.used <= this.limit || old === key) break
      this.drop(old)
    }
  }

  drop(key: string): void {
    const found = this.held.get(key)
    if (!found) return
    this.held.delete(key)
    this.used -= found.bytes
  }

  clear(): void {
    this.held.clear()
    this.used = 0
  }
}

const MB = 1024 * 1024

/** Bytes for pixels on this device: little on phones, whose browsers end pages that take more. */
export function pixelBudget(device: { memoryGb: number | undefined; phone: boolean }): number {
  if (device.phone) return 120 * MB
  return (device.memoryGb ?? 8) <= 4 ? 256 * MB : 640 * MB
}
