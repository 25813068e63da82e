"""Office documents (DOCX, XLSX, PPTX): zip packages of XML parts, read and written part by part.

`package` is the zip file, `relations` what its parts say of each other, `rules` what is done with which place,
`walk` finds the places of text in a part, `spots` edits them, `document` joins it all. `docx`, `xlsx` and `pptx`
are the formats; what only a workbook has lies in `sheets`.
"""
