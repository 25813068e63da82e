"""What only a workbook has: cells and what they show, shared strings, formulas, names that must agree."""
