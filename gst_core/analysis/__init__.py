"""What texts, their columns and their map tell an analyst: pure functions over arrays, texts and columns.

`contingency`   two groupings of the same texts against each other, and how much they agree
`distinctive`   in what some texts differ from the rest: words, kinds and numbers
`marks`         what is marked in a text: search hits and keywords
`ordering`      the order in which texts are listed: by a column or by a border between classes
`text_columns`  the columns of a file and those of a map (class, label, who said it, probability, group) in one form
`text_query`    words, phrases and patterns that texts are found by, and where they stand in a text
`explanation`   why a text is where it is: what it is near to, which of its words (`word_spans`) matter, who objects
`nearness`      how near texts are to a sentence, a text or several; `later_texts` puts sentences into a corpus' spaces
`bins`          histograms of numbers, dates and durations, with edges that people would choose
`filters`       conditions on columns: which texts are left, and how that stands in an address
`facets`        what each column holds of the texts that are left
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
