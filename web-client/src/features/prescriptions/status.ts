/** Groups of states that pages speak of. */
export const isUnsigned = (status: string): boolean => status === 'draft' || status === 'checked'
