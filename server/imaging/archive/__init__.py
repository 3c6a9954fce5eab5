"""Where files of pictures lie: one interface, two stores. Ours: packs, encrypted, one per batch; or an Orthanc server.

A CT is 300 small files, so a batch becomes one file of the vault, brought to the disk once; an instance is a range of it.
Which range belongs to whom is in the tables of `studies`. A batch that never got its rows is swept away.
"""
