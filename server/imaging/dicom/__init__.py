"""DICOM without the product: reading a part safely, deciding about it, decoding, windowing, documents, de-identification.

Nothing here knows databases, people or routes. What must look into hostile bytes beyond a header runs in a child process
with limits (`child`), reached through `pool`; `inspecting` walks a header within limits and decodes nothing.
"""
