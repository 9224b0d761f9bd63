"""What a repo's own files say of other files: packages, images, stacks. One file's text at a time.

Each module reads one kind of file and returns plain data, paths as they are written; what they
lead to is for `project.inputs`. What can't be known from a text is `unknown`, in words.
"""
