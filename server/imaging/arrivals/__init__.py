"""Uploads by page: a folder, dragged files or a zip arrive file by file, and are only then somebody's pictures.

Each file is in the archive (checked, encrypted, on the disk) when its request is answered; the same content again is the same
file, so an upload that broke off goes on by sending everything again. What is in it is shown before it becomes a patient's:
several patients in one folder stop and ask (imaging-44). What nobody finished waits in 待匹配, and nothing is lost.
"""
