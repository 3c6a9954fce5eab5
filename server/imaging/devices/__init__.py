"""What an institution lets in besides people: device accounts for DICOMweb, and peers for C-STORE.

A device account holds one scope (`dicom.store` for a scanner or gateway, `dicom.read` for a viewer or archive) of one
institution and speaks by a token shown once. A peer is an address and an AE title, which is all that C-STORE can say of itself.
Neither sees or brings anything of another institution. Rules: imaging-40, imaging-41.
"""
