/** A key image: the picture as shown with its marks, and where it is from. */
export interface Figure {
  blob: Blob
  study_id: string
  instance_id: string
  instance_uid: string
  frame: number
}
