/** Which papers were opened on this screen: what lets the doctor decide. The server keeps its own count (B12). */
import { reactive } from 'vue'

export const opened = reactive(new Set<string>())
