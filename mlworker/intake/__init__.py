"""Uploads. They are hostile until re-encoded: a child process with limits makes a fresh PNG and a thumbnail of them.

`headers` reads type and size from the first bytes without a decoder, `reencoding` starts the child and judges how it
ended, `child` is what runs in it. The calling process decodes nothing and needs neither Pillow nor OpenCV.
"""
