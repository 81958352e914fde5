"""Uploads are hostile until a child process with limits has made a fresh PNG and a thumbnail of them.

`headers` reads type and size from the first bytes without a decoder, `reencoding` starts the child and checks its
results, `child` is the program that runs in it. The calling process decodes nothing and needs neither Pillow nor
OpenCV.
"""
